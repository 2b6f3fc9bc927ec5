"""Restores a backup. All checks run before anything is touched."""

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO

from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from main.actions.backups import FOLDERS, database_tools
from main.gateways.backup_archive import PIECE, BackupReader, BackupRefused, Ended, Manifest
from main.gateways.files import FilesUnavailable, stored_files
from main.models import Order, Product, ProductTag, User


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `to_migrate` is the number of migrations that this release adds."""

    manifest: Manifest
    to_migrate: int


def restore_backup(*, file: IO[bytes], replace: bool) -> Restored:
    """Make the shop what it was when `file`, which must be seekable, was backed up.

    Unless `replace`, only into a shop without books, people and orders. Raises BackupRefused.

    New files are written before the database and old ones removed after it: if restoring the
    database fails, the existing shop still has all the files that it names.
    """
    reader, tools = BackupReader(file), database_tools()
    manifest = reader.check()
    _refuse_unfit(manifest, tools.COPY)
    if not replace and _has_shop():
        raise BackupRefused("This database already holds a shop. To replace it, add --replace.")
    tools.check_tools()
    with tempfile.TemporaryDirectory(prefix="booktime-restore-") as folder:
        copy = Path(folder) / tools.COPY
        _extract(reader, tools.COPY, to=copy)
        tools.check_copy(copy)
        written: list[tuple[Storage, str]] = []
        with _told("Nothing was restored:"), _undone_on(BaseException, written):
            beyond = _files_beyond(manifest)
            others = _write_new_files(reader, manifest, written)
        connections.close_all()  # what the connections cached about the old tables is void
        # Not if a signal ended it: the database may already be restored and name these files.
        with _undone_on(Exception, written):
            _restore_database(tools, copy, manifest)
        cache.clear()
        with _told("The database was restored, but not all files. Restore again with --replace:"):
            _write_other_files(reader, others)
            for storage, name in beyond if replace else []:
                storage.delete(name)
    return Restored(manifest, to_migrate=_migrations_to_come())


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Put `what` in front of errors from reading or writing files."""
    try:
        yield
    except (FilesUnavailable, SuspiciousOperation, OSError) as error:
        raise BackupRefused(f"{what} {error}") from error
    except Ended as error:
        raise error.where(what) from None


@contextmanager
def _undone_on(kind: type[BaseException], written: list[tuple[Storage, str]]) -> Iterator[None]:
    """Remove the files written so far if the restore fails."""
    try:
        yield
    except kind:
        for storage, name in written:
            with suppress(FilesUnavailable, OSError):
                storage.delete(name)
        raise


def _restore_database(tools: ModuleType, copy: Path, manifest: Manifest) -> None:
    try:
        tools.restore_copy(copy, rows=manifest.rows)
    except Ended as error:
        raise error.where("The database is either unchanged or restored. Restore again:") from None


def _refuse_unfit(manifest: Manifest, copy: str) -> None:
    if manifest.vendor != connection.vendor or copy not in manifest.files:
        raise BackupRefused(
            f"The backup is of {manifest.vendor}, and this database is {connection.vendor}."
        )
    loader = MigrationLoader(None)
    known, ours = set(loader.disk_migrations), loader.migrated_apps
    newer = [f"{app}.{name}" for app, name in manifest.migrations
             if app in ours and (app, name) not in known]  # fmt: skip
    if newer:
        raise BackupRefused(
            f"The backup is of a newer release ({manifest.revision}): this one does not know "
            f"its migration {newer[0]}."
        )


def _has_shop() -> bool:
    """A database that was only migrated counts as empty."""
    tables = connection.introspection.table_names()
    models = (Product, ProductTag, User, Order)
    return any(
        model._meta.db_table in tables and model._default_manager.exists() for model in models
    )


def _extract(reader: BackupReader, path: str, *, to: Path) -> None:
    for name, _, file in reader.entries():
        if name == path:
            with to.open("wb") as out:
                shutil.copyfileobj(file, out, PIECE)


def _files(reader: BackupReader) -> Iterator[tuple[str, Storage, str, IO[bytes]]]:
    """For each file: path in the backup, storage, name there, and content."""
    for path, _, file in reader.entries():
        folder, _, name = path.partition("/")
        if folder in FOLDERS and name:
            yield path, storages[FOLDERS[folder]], name, file


def _write_new_files(
    reader: BackupReader, manifest: Manifest, written: list[tuple[Storage, str]]
) -> set[str]:
    """Returns the paths of files whose name another file already has."""
    others = set()
    for path, storage, name, file in _files(reader):
        if not storage.exists(name):
            written.append((storage, name))
            _save(storage, name, file)
        elif _digest(storage, name) != manifest.files[path][1]:
            others.add(path)
    return others


def _write_other_files(reader: BackupReader, others: Collection[str]) -> None:
    for path, storage, name, file in _files(reader) if others else []:
        if path in others:
            storage.delete(name)
            _save(storage, name, file)


def _save(storage: Storage, name: str, file: IO[bytes]) -> None:
    if storage.save(name, File(file, name)) != name:
        raise BackupRefused(f"{name} could not be stored under its name.")


def _digest(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    with storage.open(name) as stored:
        for piece in stored.chunks():
            digest.update(piece)
    return digest.hexdigest()


def _files_beyond(manifest: Manifest) -> list[tuple[Storage, str]]:
    """The stored files that are not in the backup."""
    return [
        (storages[alias], name)
        for folder, alias in FOLDERS.items()
        for name, _ in stored_files(storages[alias])
        if f"{folder}/{name}" not in manifest.files
    ]


def _migrations_to_come() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
