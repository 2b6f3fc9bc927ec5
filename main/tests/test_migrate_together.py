"""Migrations of a push: all of them or none, and what is said when one fails."""

import sys
import tempfile
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from unittest import mock

import psycopg
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import TestCase, override_settings, tag

from main.gateways import schema_changes
from main.management.commands import migrate_together
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.visitors import somebody_else

# An app that has no migrations of its own gets these.
LABEL, FOLDER = "staticfiles", "rehearsed_migrations"
MIGRATION = """
from django.db import migrations
class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {dependencies}
    operations = [{operation}]
"""
COUNT = """migrations.RunPython(
    lambda apps, editor: editor.connection.cursor().execute("SELECT 1 / count(*) FROM shelf")
)"""


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
        self.enterContext(mock.patch.object(schema_changes, "LOCK_PATIENCE", 0.1))
        self.enterContext(mock.patch.object(schema_changes, "TRIES", 2))
        self.names: list[str] = []

    def forget_modules(self) -> None:
        for name in [name for name in sys.modules if name.startswith(FOLDER)]:
            del sys.modules[name]

    def add(self, sql: str = "", *, operation: str = "", atomic: bool = True) -> None:
        before = [(LABEL, self.names[-1])] if self.names else []
        self.names.append(f"000{len(self.names) + 1}_step")
        operation = operation or f"migrations.RunSQL({sql!r})"
        text = MIGRATION.format(atomic=atomic, dependencies=before, operation=operation)
        (self.folder / f"{self.names[-1]}.py").write_text(text)

    def migrate(self) -> str:
        output = StringIO()
        call_command("migrate_together", interactive=False, stdout=output)
        return output.getvalue()

    def seen_between(self) -> list[bool]:
        """Whether a visitor sees the books when each migration begins."""
        seen = []

        def ask(command, action: str, *args) -> None:
            if action == "apply_start":
                with somebody_else(patience=0.1) as visitor:
                    try:
                        visitor.execute("SELECT id FROM main_product LIMIT 1")
                        seen.append(True)
                    except psycopg.errors.LockNotAvailable:
                        seen.append(False)
                        visitor.rollback()

        with mock.patch.object(
            migrate_together.Migrate, "migration_progress_callback", autospec=True, side_effect=ask
        ):
            self.migrate()
        return seen

    def columns(self, table: str) -> list[str]:
        with connection.cursor() as cursor:
            description = connection.introspection.get_table_description(cursor, table)
        return [column.name for column in description]

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
        with somebody_else() as visitor:
            visitor.execute("LOCK TABLE main_product IN ACCESS SHARE MODE")
            with self.assertRaisesMessage(CommandError, "canceling statement due to lock timeout"):
                self.migrate()

    def test_what_was_locked_is_let_go_before_it_is_tried_again(self):
        """Of two tables the first one is had, and the second one becomes free in a while."""
        self.add("ALTER TABLE main_product ADD COLUMN shelf int")
        self.add("ALTER TABLE main_address ADD COLUMN floor int")
        with somebody_else() as visitor, somebody_else(patience=0.1) as other:
            visitor.execute("LOCK TABLE main_address IN ACCESS SHARE MODE")

            def leave(seconds: float) -> None:
                other.execute("SELECT id FROM main_product LIMIT 1")
                other.rollback()
                visitor.rollback()

            with mock.patch.object(schema_changes.time, "sleep", leave):
                self.migrate()
        self.assertIn("shelf", self.columns("main_product"))
        self.assertIn("floor", self.columns("main_address"))

    def test_nobody_waits_while_the_next_migration_is_prepared(self):
        self.add("ALTER TABLE main_product ADD COLUMN shelf int")
        self.add("ALTER TABLE main_product ADD COLUMN floor int")
        self.assertEqual(self.seen_between(), [True, True])
        self.assertIn("floor", self.columns("main_product"))

    def test_without_holding_changes_back_a_reader_would_wait(self):
        self.add("ALTER TABLE main_product ADD COLUMN shelf int")
        self.add("ALTER TABLE main_product ADD COLUMN floor int")
        with mock.patch.object(schema_changes.SchemaChanges, "held_back", nullcontext):
            self.assertEqual(self.seen_between(), [True, False])

    def test_what_follows_from_migrations_comes_after_the_commit(self):
        self.add("ALTER TABLE main_product ADD COLUMN shelf int")
        before, seen = len(connection.savepoint_ids), []

        def follow(*args, **options) -> None:
            seen.append(("shelf" in self.columns("main_product"), len(connection.savepoint_ids)))

        with mock.patch.object(migrate_together.Migrate, "handle", follow):
            self.migrate()
        self.assertEqual(seen, [(True, before)])

    def test_who_reads_in_a_migration_sees_what_was_changed_before(self):
        self.add("CREATE TABLE shelf (id int)")
        self.add("INSERT INTO shelf VALUES (1)")
        self.add(operation=COUNT)
        self.assertIn("Applying staticfiles.0003_step... OK", self.migrate())
