"""The test database as the migrations leave it, kept between runs: making it takes 8 s of CPU."""

import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = settings.BASE_DIR / ".cache" / "test-schema"


@contextmanager
def kept_schema(folder: Path = KEPT) -> Iterator[None]:
    """The migrations of the test databases made within it run once for each state of the code."""

    def migrate(command: str, *words: str, **options) -> None:
        if command != "migrate":
            call_command(command, *words, **options)
            return
        connection = connections[options["database"]]
        kept = folder / f"{key_of(settings.BASE_DIR)}.{connection.vendor}"
        if kept.exists():
            TAKE[connection.vendor](connection, kept)
            return
        call_command(command, *words, **options)
        folder.mkdir(parents=True, exist_ok=True)
        for older in folder.glob(f"*.{connection.vendor}"):
            older.unlink(missing_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        KEEP[connection.vendor](connection, part)
        part.rename(kept)  # whole, or not there

    with mock.patch("django.core.management.call_command", migrate):
        yield


def key_of(root: Path) -> str:
    """Of all code that migrations could run, and of all packages."""
    key = hashlib.sha256((root / "Pipfile.lock").read_bytes())
    for path in sorted([*root.glob("main/**/*.py"), *root.glob("booktime/**/*.py")]):
        if "tests" not in path.relative_to(root).parts:
            key.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return key.hexdigest()[:16]


def _keep_sqlite(connection: BaseDatabaseWrapper, kept: Path) -> None:
    connection.ensure_connection()
    with sqlite3.connect(kept) as file:
        connection.connection.backup(file)
    file.close()


def _take_sqlite(connection: BaseDatabaseWrapper, kept: Path) -> None:
    connection.ensure_connection()
    file = sqlite3.connect(kept)
    file.backup(connection.connection)
    file.close()


def _keep_postgresql(connection: BaseDatabaseWrapper, kept: Path) -> None:
    _run(connection, "pg_dump", "--no-owner", f"--file={kept}")


def _take_postgresql(connection: BaseDatabaseWrapper, kept: Path) -> None:
    words = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(connection, "psql", *words, f"--file={kept}")


def _run(connection: BaseDatabaseWrapper, *command: str) -> None:
    at = {name: str(connection.settings_dict[name]) for name in ("HOST", "PORT", "USER", "NAME")}
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "NAME": "PGDATABASE"}
    environment = os.environ | {names[name]: value for name, value in at.items()}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


KEEP = {"sqlite": _keep_sqlite, "postgresql": _keep_postgresql}
TAKE = {"sqlite": _take_sqlite, "postgresql": _take_postgresql}
