"""Statements that may wait for a row which another transaction holds: few of them may wait long.

A thread that waits is missing to everybody else: eight checkouts of one held book would occupy a
whole web process. `lock_timeout` (booktime/backends/postgresql.py) ends each wait after seconds;
this file lets only some of the threads wait that long, unless the queue moves: a popular book's row
is held by each of its buyers, but for a moment. SQLite has no rows to wait for.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.signals import connection_created

LONGEST = 5.0  # seconds in all, as many as lock_timeout
# Seconds that the others may wait before they look whether anybody got a row meanwhile.
PATIENCE = 1.0
# Seconds, if nobody has got one for longer than PATIENCE: somebody holds it and does not let go.
LITTLE_PATIENCE = 0.2
# Seconds after which a statement that succeeds has probably waited. On a busy machine others take a
# tenth of a second, too.
A_WAIT = PATIENCE / 2
NAME = "lock waits"  # of the receiver of connection_created
_WRITES = ("INSERT", "UPDATE", "DELETE")
_LOCKS = (" FOR UPDATE", " FOR NO KEY UPDATE", "pg_advisory_xact_lock(")
_LOCK_NOT_AVAILABLE = "55P03"

Execute = Callable[..., Any]


class LockWaits:
    """Wraps the statements of all connections of a process (Django's `execute_wrappers`)."""

    def __init__(self, *, most: int) -> None:
        """`most` statements may wait until `lock_timeout`, however long the queue."""
        self._most = most
        self._begun: dict[int, float] = {}  # by thread
        self._moved_at = 0.0  # when somebody who had waited got a row
        self._lock = threading.Lock()

    def __call__(self, execute: Execute, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not may_wait(sql):
            return execute(sql, params, many, context)
        begun, is_in_crowd = self._enter()
        try:
            if is_in_crowd:
                answer = self._in_turn(context["connection"], begun, execute, sql, params, many,
                                       context)  # fmt: skip
            else:
                answer = execute(sql, params, many, context)
        finally:
            self._leave()
        if (now := time.monotonic()) - begun > A_WAIT:
            self._moved_at = now
        return answer

    def wrap(self, *, connection: Any, **kwargs: Any) -> None:
        """Receives `connection_created`, each time that a thread connects."""
        if connection.vendor == "postgresql" and self not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, self)

    def _in_turn(self, connection: Any, begun: float, execute: Execute, *args: Any) -> Any:
        """Try again while others get through."""
        while True:
            tried_at = time.monotonic()
            try:
                with _limited(connection, self._patience(tried_at)):
                    return execute(*args)
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                is_moving = self._moved_at >= tried_at
                if state != _LOCK_NOT_AVAILABLE or not is_moving or tried_at - begun > LONGEST:
                    raise

    def _enter(self) -> tuple[float, bool]:
        """When this thread's statement began, and whether enough others are under way."""
        now = time.monotonic()
        with self._lock:
            is_in_crowd = len(self._begun) >= self._most
            self._begun[threading.get_ident()] = now
        return now, is_in_crowd

    def _leave(self) -> None:
        with self._lock:
            self._begun.pop(threading.get_ident(), None)

    def _patience(self, now: float) -> float:
        with self._lock:
            since = max(min(self._begun.values()), self._moved_at)
        return PATIENCE if now - since < PATIENCE else LITTLE_PATIENCE


@contextmanager
def _limited(connection: Any, seconds: float) -> Iterator[None]:
    """In a transaction or a savepoint, which ends the limit, too, if the statement fails.

    Behind a pooler, the next transaction may have another session.
    """
    with transaction.atomic(using=connection.alias):
        _set_limit(connection, f"'{int(seconds * 1000)}ms'")
        yield
        _set_limit(connection, "DEFAULT")


def _set_limit(connection: Any, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout TO {value}")


def may_wait(sql: Any) -> bool:
    """Whether the statement takes locks on rows or names, as far as its words show."""
    return isinstance(sql, str) and (
        sql.startswith(_WRITES) or any(words in sql for words in _LOCKS)
    )


def begin(*, threads: int) -> None:
    """Call once in a web process; half of its `threads` may wait."""
    waits = LockWaits(most=max(1, threads // 2))
    connection_created.connect(waits.wrap, weak=False, dispatch_uid=NAME)
