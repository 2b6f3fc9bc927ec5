"""Defers schema changes until all are known, so that their locks are held as briefly as possible.

Between two operations of a migration Django renders all models again, which takes longer than most
changes of a table; what the first operation locked would stay locked all that time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Seconds to wait for the lock on one table, while requests of the running release queue behind us;
# and how often all changes are tried, with an equally long pause in between.
LOCK_PATIENCE = 0.5
TRIES = 10
# Seconds to wait for locks on rows: nobody queues behind those.
ROW_PATIENCE = 5
# A migration's own bookkeeping, which does not depend on what it changes.
_BOOKKEEPING = (
    "SAVEPOINT ",
    "RELEASE SAVEPOINT ",
    'INSERT INTO "django_migrations" ',
    "SET CONSTRAINTS ALL ",
)


class SchemaChanges:
    """What schema editors execute in a PostgreSQL transaction; `owner` is the current migration.

    The changes are made before the first other query, or by `make`. If one fails, `owner` is the
    migration that it belongs to.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.owner: object = None
        self._waiting: list[tuple[object, Callable[[], None]]] = []

    @contextmanager
    def held_back(self) -> Iterator[None]:
        changes, editor = self, self.connection.SchemaEditorClass

        class Editor(editor):  # type: ignore[misc, valid-type]
            def execute(self, sql: Any, params: Any = ()) -> None:
                change = partial(editor.execute, self, str(sql), params)
                changes._waiting.append((changes.owner, change))

        self._wait_at_most(ROW_PATIENCE)
        self.connection.SchemaEditorClass = Editor
        try:
            with self.connection.execute_wrapper(self._before_questions):
                yield
        finally:
            del self.connection.SchemaEditorClass  # back to the class's own

    def make(self) -> None:
        """Make all deferred changes. If a table is locked, release all locks and try again."""
        if not self._waiting:
            return None
        changes, self._waiting = self._waiting, []
        for _ in range(TRIES - 1):
            try:
                return self._try(changes)
            except OperationalError as error:
                if "lock timeout" not in str(error):
                    raise
                time.sleep(LOCK_PATIENCE)
        return self._try(changes)

    def check_constraints(self) -> None:
        """The next change cannot alter a table whose foreign keys are still unchecked."""
        with self.connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def _try(self, changes: list[tuple[object, Callable[[], None]]]) -> None:
        """In a savepoint: rolling back to it releases the locks."""
        with transaction.atomic(using=self.connection.alias):
            self._wait_at_most(LOCK_PATIENCE)
            for self.owner, some in groupby(changes, key=lambda change: change[0]):
                for _, change in some:
                    change()
                self.check_constraints()
            self._wait_at_most(ROW_PATIENCE)

    def _wait_at_most(self, seconds: float) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{seconds}s'")

    def _before_questions(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not sql.startswith(_BOOKKEEPING):
            self.make()
        return execute(sql, params, many, context)
