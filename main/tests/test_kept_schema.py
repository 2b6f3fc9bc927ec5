"""The kept schema of the test database: it is what the migrations leave, and forgets nothing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest import mock

from django.core import management
from django.test import SimpleTestCase, tag

from main.tests.support import kept_schema


@tag("once")
class KeptSchemaTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.runs = 0

    def migrate(self, *, key: str = "as-it-is") -> list:
        """The rows of a new database of one table, which a migration filled."""
        raw = sqlite3.connect(":memory:")
        made = SimpleNamespace(vendor="sqlite", connection=raw, ensure_connection=lambda: None)

        def run(*_, **__) -> None:
            self.runs += 1
            raw.execute("CREATE TABLE groups AS SELECT 'dispatchers' AS name")
            raw.commit()

        with (
            self.patched("call_command", run),
            self.patched("connections", {"default": made}),
            self.patched("key_of", lambda _: key),
            kept_schema.kept_schema(self.folder),
        ):
            management.call_command("migrate", database="default")
        self.addCleanup(raw.close)
        return raw.execute("SELECT * FROM groups").fetchall()

    def patched(self, name: str, value: Callable | dict) -> mock._patch:
        return mock.patch.object(kept_schema, name, value)

    def test_it_is_made_once_with_its_rows(self) -> None:
        for _ in range(2):
            self.assertEqual(self.migrate(), [("dispatchers",)])
        self.assertEqual(self.runs, 1)

    def test_other_code_has_another(self) -> None:
        self.migrate()
        self.migrate(key="changed")
        self.assertEqual(self.runs, 2)
        self.assertEqual([file.name for file in self.folder.iterdir()], ["changed.sqlite"])

    def test_a_changed_migration_or_package_changes_the_key(self) -> None:
        files = {name: self.folder / name for name in ("Pipfile.lock", "main/migrations/0001.py")}
        for path in files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("1")
        keys = {kept_schema.key_of(self.folder)}
        for path in files.values():
            path.write_text("2")
            keys.add(kept_schema.key_of(self.folder))
        self.assertEqual(len(keys), 3)

    def test_a_changed_test_does_not(self) -> None:
        (self.folder / "Pipfile.lock").write_text("1")
        before = kept_schema.key_of(self.folder)
        (self.folder / "main/tests").mkdir(parents=True)
        (self.folder / "main/tests/test_x.py").write_text("1")
        self.assertEqual(kept_schema.key_of(self.folder), before)
