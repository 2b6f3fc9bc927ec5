"""manage.py restore: make the shop what it was when the backup was made."""

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from main.actions.restores import Restored, restore_backup
from main.gateways.backup_archive import PIECE, BackupRefused, Ended, ended_orderly


class Command(BaseCommand):
    help = (
        "Restore a backup: the database in one transaction, covers and printed invoices with it. "
        "All of the backup is checked before anything is touched. Stop the web and worker "
        "processes meanwhile: what customers do during a restore is lost."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a backup, or - for the standard input")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace the existing shop: its database, and files that are not in the backup",
        )

    def handle(self, *args: Any, file: str, replace: bool, **options: Any) -> None:
        try:
            with ended_orderly():
                restored = self._restore(file, replace=replace)
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        except Ended as error:
            raise CommandError(str(error), returncode=error.status) from None
        except OSError as error:
            raise CommandError(f"The backup could not be restored: {error}.") from None
        self._tell(restored)

    def _restore(self, file: str, *, replace: bool) -> Restored:
        if file != "-":
            with Path(file).open("rb") as backup:
                return restore_backup(file=backup, replace=replace)
        with tempfile.TemporaryFile() as spool:
            # It is read more than once.
            shutil.copyfileobj(self._input(), spool, PIECE)
            return restore_backup(file=spool, replace=replace)

    def _input(self) -> IO[bytes]:
        return sys.stdin.buffer

    def _tell(self, restored: Restored) -> None:
        manifest = restored.manifest
        self.stdout.write(
            f"Restored the shop of {manifest.made_at} (revision {manifest.revision}): "
            f"{sum(manifest.rows.values())} rows, {len(manifest.files) - 1} files."
        )
        if restored.to_migrate:
            self.stdout.write(
                f"This release has {restored.to_migrate} more migrations: run manage.py migrate."
            )
