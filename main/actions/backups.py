"""Backing up the shop while it is in use: a snapshot of the database, then all files."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import IO

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import connection
from django.utils import timezone

from main.gateways import backup_postgresql, backup_sqlite
from main.gateways.backup_archive import BackupRefused, BackupWriter, Manifest
from main.gateways.files import FilesUnavailable, stored_files

# The folders of a backup, and the storage whose files are in each.
FOLDERS = {"covers": "covers", "private": "default"}


def database_tools() -> ModuleType:
    """The module that copies and restores a database of this kind."""
    tools = {"postgresql": backup_postgresql, "sqlite": backup_sqlite}.get(connection.vendor)
    if tools is None:
        raise BackupRefused(f"{connection.vendor} databases cannot be backed up.")
    return tools


def make_backup(*, out: IO[bytes]) -> Manifest:
    """Write a backup to `out`, from its first byte to its last. Raises BackupRefused.

    The database comes first: any picture that it names still exists unless removed since.
    """
    database = database_tools()
    database.check_tools()
    made_at = timezone.now().isoformat(timespec="seconds")
    writer = BackupWriter(out)
    with tempfile.TemporaryDirectory(prefix="booktime-backup-") as folder:
        copy = Path(folder) / database.COPY
        rows, migrations, pictures = database.write_copy(copy)
        with copy.open("rb") as file:
            writer.add(database.COPY, file, size=copy.stat().st_size)
    try:
        _add_files(writer)
    except FilesUnavailable as error:
        raise BackupRefused(str(error)) from error
    manifest = Manifest(
        made_at=made_at,
        revision=settings.GIT_REV,
        vendor=connection.vendor,
        rows=rows,
        migrations=migrations,
        files=writer.files,
        missing=sorted(name for name in pictures if f"covers/{name}" not in writer.files),
    )
    writer.close(manifest)
    return manifest


def _add_files(writer: BackupWriter) -> None:
    for folder, alias in FOLDERS.items():
        storage = storages[alias]
        for name in _names(storage):
            try:
                with storage.open(name) as file:
                    writer.add(f"{folder}/{name}", file, size=file.size)
            except FileNotFoundError:
                continue  # removed since the listing


def _names(storage: Storage) -> Iterator[str]:
    for name, _ in stored_files(storage):
        yield name
