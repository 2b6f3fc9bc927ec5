"""manage.py migrate_together: all pending migrations or none; a failed push changes nothing."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

# Seconds for the running release to release its locks; while we wait for a table, its next requests
# queue behind us.
LOCK_PATIENCE = 5


class Command(Migrate):
    help = "Applies all pending migrations in one transaction, where the database allows that."

    def handle(self, *args: Any, **options: Any) -> None:
        self.connection = connections[options["database"] or DEFAULT_DB_ALIAS]
        self.migration: Migration | None = None
        self.is_together = False
        try:
            self.is_together = self._fits_one_transaction()
            if self.is_together:
                self._migrate_together(*args, **options)
            else:
                super().handle(*args, **options)
        except DatabaseError as error:
            raise CommandError(self._sentence(error)) from error

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        if action == "apply_start":
            self.migration = migration
        if action == "apply_success" and self.connection.in_atomic_block:
            self._check_constraints()
        super().migration_progress_callback(action, migration, fake)

    def _fits_one_transaction(self) -> bool:
        """Not on SQLite, which takes each alone, nor if a migration wants no transaction."""
        if self.connection.vendor != "postgresql":
            return False
        executor = MigrationExecutor(self.connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        loose = [str(migration) for migration, _ in plan if not migration.atomic]
        if loose:
            self.stdout.write(f"One by one, since {', '.join(loose)} cannot be undone.")
        return not loose

    def _migrate_together(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(using=self.connection.alias, durable=True):
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}s'")
            super().handle(*args, **options)

    def _check_constraints(self) -> None:
        """The next migration cannot alter a table whose foreign keys are still unchecked."""
        with self.connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def _sentence(self, error: DatabaseError) -> str:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if self.migration is None:
            return f"the database refuses: {reason}"
        undone = "; nothing was changed" if self.is_together else ""
        return f"migration {self.migration} failed: {reason}{undone}"
