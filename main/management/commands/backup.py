"""manage.py backup: the database and all files in one tar."""

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from main.actions.backups import make_backup
from main.gateways.backup_archive import BackupRefused, Ended, Manifest, ended_orderly


class Command(BaseCommand):
    help = (
        "Back up the database, covers and printed invoices into one file, while the shop is in "
        "use. The file holds everything about everybody: keep it where nobody else reads it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a new file, or - for the standard output")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            with ended_orderly():
                manifest = self._to_stream() if file == "-" else self._to_file(Path(file))
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        except Ended as error:
            raise CommandError(str(error), returncode=error.status) from None
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}.") from None
        self._tell(manifest)

    def _to_stream(self) -> Manifest:
        if self.stdout.isatty():
            raise CommandError("A backup is not readable text: send it to a file.")
        # Not Python's own stream, which would retry failed writes at exit.
        with os.fdopen(os.dup(self.stdout.fileno()), "wb") as out:
            return make_backup(out=out)

    def _to_file(self, path: Path) -> Manifest:
        """Give the file its name only when it is complete."""
        _check_is_free(path)
        # A unique name: another backup to the same file may be running.
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                manifest = make_backup(out=out)
                out.flush()
                os.fsync(out.fileno())
            _check_is_free(path)
            Path(name).rename(path)
        finally:
            Path(name).unlink(missing_ok=True)
        return manifest

    def _tell(self, manifest: Manifest) -> None:
        """On the error output, because the standard output may be the backup itself."""
        size = sum(size for size, _ in manifest.files.values())
        self.stderr.write(
            f"Backed up {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables and "
            f"{len(manifest.files) - 1} files, {size} bytes.",
            style_func=str,
        )
        for name in manifest.missing:
            self.stderr.write(f"The database names a picture that does not exist: {name}")


def _check_is_free(path: Path) -> None:
    if path.exists():
        raise CommandError(f"{path} already exists.")
