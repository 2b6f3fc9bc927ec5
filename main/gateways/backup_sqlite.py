"""Copies SQLite and puts it back, with its own backup API, while the shop is in use."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.utils import ConnectionHandler

from main.gateways.backup_archive import BackupRefused

COPY = "database.sqlite3"
_WAIT = 30  # seconds, for a writer to finish


def check_tools() -> None:
    """SQLite needs none."""


def write_copy(path: Path) -> tuple[dict[str, int], list[list[str]], list[str]]:
    """Returns the number of rows per table, the migrations, and the pictures that are named."""
    connection.ensure_connection()
    with _opened(path) as copy:
        connection.connection.backup(copy, pages=-1, progress=_patience())
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, none beside it
        migrations = copy.execute("SELECT app, name FROM django_migrations ORDER BY id")
        pictures = copy.execute("SELECT image FROM main_productimage")
        return _rows(copy), [list(row) for row in migrations], [name for (name,) in pictures]


def check_copy(path: Path) -> None:
    try:
        with _opened(path) as copy:
            (answer,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise BackupRefused(f"SQLite cannot read the backup: {answer}.")


def restore_copy(path: Path, *, rows: dict[str, int]) -> None:
    """In one transaction: readers see the old database until they see the new one."""
    with _opened(path) as copy:
        if _rows(copy) != rows:
            raise BackupRefused(
                "The backup is damaged: its tables do not have the expected number of rows."
            )
        connection.ensure_connection()
        try:
            copy.backup(connection.connection, pages=-1, progress=_patience())
        except sqlite3.DatabaseError as error:
            raise BackupRefused(
                f"The database could not be restored and is unchanged: {error}."
            ) from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """With Django's own functions, which some indexes use."""
    copy = ConnectionHandler(
        {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    )["default"]
    try:
        copy.ensure_connection()
        yield copy.connection
    finally:
        copy.close()


def _rows(copy: sqlite3.Connection) -> dict[str, int]:
    tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    count = 'SELECT count(*) FROM "{}"'
    return {
        name: copy.execute(count.format(name)).fetchone()[0]
        for (name,) in tables.fetchall()
        if not name.startswith("sqlite_")
    }


def _patience() -> Callable[[int, int, int], None]:
    """Ends SQLite's backup, which would wait for a lock for ever."""
    deadline = time.monotonic() + _WAIT

    def look(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise BackupRefused(
                "The database is in use: something has been writing to it for a long time."
            )

    return look
