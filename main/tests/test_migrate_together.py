"""Migrations of a push: all of them or none, and what is said when one fails."""

import sys
import tempfile
from io import StringIO
from pathlib import Path
from unittest import mock

import psycopg
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import TestCase, override_settings, tag

from main.management.commands import migrate_together
from main.tests.support.needs import ON_POSTGRESQL

# An app that has no migrations of its own gets these.
LABEL, FOLDER = "staticfiles", "rehearsed_migrations"
MIGRATION = """
from django.db import migrations
class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {dependencies}
    operations = [migrations.RunSQL({sql!r})]
"""


@tag("door")
@ON_POSTGRESQL
class MigrateTogetherTests(TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / FOLDER
        self.folder.mkdir()
        (self.folder / "__init__.py").touch()
        self.enterContext(mock.patch.object(sys, "path", [str(self.folder.parent), *sys.path]))
        self.enterContext(override_settings(MIGRATION_MODULES={LABEL: FOLDER}))
        self.addCleanup(self.forget_modules)
        self.names: list[str] = []

    def forget_modules(self) -> None:
        for name in [name for name in sys.modules if name.startswith(FOLDER)]:
            del sys.modules[name]

    def add(self, sql: str, *, atomic: bool = True) -> None:
        before = [(LABEL, self.names[-1])] if self.names else []
        self.names.append(f"000{len(self.names) + 1}_step")
        text = MIGRATION.format(atomic=atomic, dependencies=before, sql=sql)
        (self.folder / f"{self.names[-1]}.py").write_text(text)

    def migrate(self) -> str:
        output = StringIO()
        call_command("migrate_together", interactive=False, stdout=output)
        return output.getvalue()

    def is_there(self, table: str) -> bool:
        return table in connection.introspection.table_names()

    def test_all_are_applied(self):
        self.add("CREATE TABLE shelf (id int PRIMARY KEY)")
        self.add("CREATE TABLE corner (shelf int REFERENCES shelf DEFERRABLE INITIALLY DEFERRED)")
        # A row whose foreign key waits to be checked would keep the next one from altering.
        self.add("INSERT INTO shelf VALUES (1); INSERT INTO corner VALUES (1)")
        self.add("ALTER TABLE corner ADD COLUMN width int")
        self.assertIn("Applying staticfiles.0004_step... OK", self.migrate())
        with connection.cursor() as cursor:
            cursor.execute("SELECT shelf, width FROM corner")
            self.assertEqual(cursor.fetchall(), [(1, None)])

    def test_a_failing_second_one_leaves_nothing_of_the_first(self):
        self.add("CREATE TABLE shelf (id int)")
        self.add("ALTER TABLE nowhere ADD COLUMN width int")
        with self.assertRaises(CommandError) as caught:
            self.migrate()
        sentence = (
            'migration staticfiles.0002_step failed: relation "nowhere" does not exist; '
            "nothing was changed"
        )
        self.assertEqual(str(caught.exception), sentence)
        self.assertFalse(self.is_there("shelf"))

    def test_one_that_cannot_be_undone_is_named_and_keeps_what_was_before_it(self):
        self.add("CREATE TABLE shelf (id int)")
        self.add("CREATE TABLE corner (id int)", atomic=False)
        self.assertIn("One by one, since staticfiles.0002_step cannot be undone.", self.migrate())
        self.assertTrue(self.is_there("corner"))

    def test_one_by_one_nobody_says_that_nothing_was_changed(self):
        self.add("CREATE TABLE shelf (id int)")
        self.add("CREATE TABLE corner (id int)", atomic=False)
        self.add("ALTER TABLE nowhere ADD COLUMN width int")
        with self.assertRaises(CommandError) as caught:
            self.migrate()
        sentence = 'migration staticfiles.0003_step failed: relation "nowhere" does not exist'
        self.assertEqual(str(caught.exception), sentence)
        self.assertTrue(self.is_there("shelf"))

    def test_a_table_that_stays_locked_is_not_waited_for_long(self):
        self.add("ALTER TABLE main_product ADD COLUMN shelf int")
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"], port=settings["PORT"], user=settings["USER"],
            password=settings["PASSWORD"], dbname=settings["NAME"],
        ) as other:  # fmt: skip
            other.execute("LOCK TABLE main_product IN ACCESS SHARE MODE")
            with (
                mock.patch.object(migrate_together, "LOCK_PATIENCE", "0.1"),
                self.assertRaisesMessage(CommandError, "canceling statement due to lock timeout"),
            ):
                self.migrate()
