"""Applies all pending migrations or none: a push that fails leaves the database unchanged."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.core.management.sql import emit_pre_migrate_signal
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from main.gateways.schema_changes import SchemaChanges


class Command(Migrate):
    help = "Applies all pending migrations in one transaction, where the database allows that."

    def handle(self, *args: Any, **options: Any) -> None:
        self.connection = connections[options["database"] or DEFAULT_DB_ALIAS]
        self.verbosity = options["verbosity"]
        self.changes = SchemaChanges(self.connection)
        self.is_together = False
        try:
            if self.connection.vendor == "postgresql":
                self._migrate_together(interactive=options["interactive"])
            self.changes.owner, self.is_together = None, False
            # Remaining migrations, and what follows them: content types, permissions. Tables are no
            # longer locked, so nobody waits for these.
            super().handle(*args, **options)
        except DatabaseError as error:
            raise CommandError(self._sentence(error)) from error

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        if action == "apply_start":
            self.changes.owner = migration
        if action == "apply_success" and self.connection.in_atomic_block:
            self.changes.check_constraints()
        super().migration_progress_callback(action, migration, fake)

    def _migrate_together(self, *, interactive: bool) -> None:
        """Unless a migration must not run in a transaction: then Django applies them one by one."""
        told: Any = self.migration_progress_callback
        executor = MigrationExecutor(self.connection, told)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        loose = [str(migration) for migration, _ in plan if not migration.atomic]
        if loose:
            self.stdout.write(f"One by one, since {', '.join(loose)} cannot be undone.")
        if loose or not plan or executor.loader.detect_conflicts():
            return
        self.is_together = True
        with (
            transaction.atomic(using=self.connection.alias, durable=True),
            self.changes.held_back(),
        ):
            state = executor._create_project_state(  # type: ignore[attr-defined]
                with_applied_migrations=True
            )
            alias = self.connection.alias
            emit_pre_migrate_signal(
                self.verbosity, interactive, alias, stdout=self.stdout, apps=state.apps, plan=plan
            )
            targets = executor.loader.graph.leaf_nodes()
            executor.migrate(targets, plan=plan, state=state.clone())
            self.changes.make()

    def _sentence(self, error: DatabaseError) -> str:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if self.changes.owner is None:
            return f"the database refuses: {reason}"
        undone = "; nothing was changed" if self.is_together else ""
        return f"migration {self.changes.owner} failed: {reason}{undone}"
