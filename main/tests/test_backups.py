"""Backup and restore: the same shop again, or not a thing touched."""

import errno
import json
import os
import shutil
import signal
import stat
import tarfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from unittest import mock

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import tag

from main.actions.backups import FOLDERS, make_backup
from main.actions.restores import restore_backup
from main.gateways import backup_archive
from main.gateways.backup_archive import BackupReader, BackupRefused, BackupWriter, Manifest
from main.gateways.files import stored_files
from main.models import Invoice, Order, Product, ProductImage, ProductTag
from main.tests.support.backup_case import BackupCase
from main.tests.support.factories import ProductTagFactory
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.s3_case import S3Mixin


def rewritten(backup: BytesIO, change: Callable[[dict], None]) -> BytesIO:
    """The same files under another manifest."""
    out = BytesIO()
    writer = BackupWriter(out)
    with tarfile.open(fileobj=backup) as tar:
        for entry in tar:
            content = tar.extractfile(entry).read()
            if entry.name == "manifest.json":
                facts = json.loads(content)
            elif entry.name != "manifest.sha256":
                writer.add(entry.name, BytesIO(content), size=len(content))
    change(facts)
    writer.close(backup_archive.Manifest(**facts))
    return BytesIO(out.getvalue())


def sealed(manifest: str) -> bytes:
    """A tar with nothing but this for a manifest, rightly sealed."""
    out = BytesIO()
    with mock.patch.object(backup_archive.json, "dumps", return_value=manifest):
        BackupWriter(out).close(backup_archive.Manifest("", "", "", {}, []))
    return out.getvalue()


class RestoreTests(BackupCase):
    def test_a_lost_shop_is_there_again_and_goes_on(self) -> None:
        unpaid = self.open_shop()
        before = self.everything()
        self.assertEqual((len(before["default"]), len(before["covers"])), (1, 3))
        backup = self.backed_up()
        self.assertEqual((self.manifest.rows["main_order"], self.manifest.missing), (2, []))
        call_command("flush", interactive=False, verbosity=0)
        for alias in ("default", "covers"):
            for name in before[alias]:
                storages[alias].delete(name)
        restored = restore_backup(file=backup, replace=False)
        self.assertEqual(restored.to_migrate, 0)
        self.assertEqual(self.everything(), before)
        # Printed anew it would be another file: with the time of its printing, or the new layout.
        with mock.patch("main.documents.invoice_pdf", side_effect=AssertionError):
            self.print_invoice(Order.objects.exclude(pk=unpaid.pk).get())
        self.assertEqual(self.pay(unpaid), "INV-2026-00002")
        self.assert_invoices_are_frozen()

    def assert_invoices_are_frozen(self) -> None:
        if connection.vendor != "postgresql":
            return
        for change in ("UPDATE main_invoice SET gross = 1", "DELETE FROM main_invoiceline",
                       "UPDATE main_invoiceseries SET last_number = 7"):  # fmt: skip
            with self.assertRaises(DatabaseError), transaction.atomic():
                connection.cursor().execute(change)

    def test_a_shop_is_replaced_only_when_asked_for_and_then_wholly(self) -> None:
        unpaid = self.open_shop()
        before, backup = self.everything(), self.backed_up()
        self.pay(unpaid)
        ProductTagFactory()
        ProductImage.objects.get().delete()
        storages["default"].save("invoices/2026/later.pdf", ContentFile(b"later"))
        (printed,) = before["default"]
        storages["default"].delete(printed)
        storages["default"].save(printed, ContentFile(b"another"))
        changed = self.everything()
        with self.assertRaisesMessage(BackupRefused, "To replace it, add --replace."):
            restore_backup(file=backup, replace=False)
        self.assertEqual(self.everything(), changed)
        restore_backup(file=backup, replace=True)
        self.assertEqual(self.everything(), before)

    def test_what_is_not_whole_or_not_for_here_touches_nothing(self) -> None:
        self.open_shop()
        backup = self.backed_up().getvalue()
        before = self.everything()
        middle = backup.index(b"WEBPVP8") + 30
        flipped = backup[:middle] + bytes([backup[middle] ^ 1]) + backup[middle + 1 :]
        for damaged, reason in [
            (b"", "not a backup, or not a complete one"),
            (b"nothing like it" * 100, "not a backup, or not a complete one"),
            (backup[: len(backup) // 2], "not a backup, or not a complete one"),
            (backup[: backup.index(b"manifest.json")], "not a backup, or not a complete one"),
            (flipped, "is not what was backed up"),
        ]:
            self.assert_refused(damaged, reason)
        for change, reason in [
            (lambda facts: facts.update(vendor="oracle"), "The backup is of oracle"),
            (lambda facts: facts.update(format=2), "in format 2, but this release reads 1"),
            (lambda facts: facts["migrations"].append(["main", "9999_later"]), "main.9999_later"),
            (lambda facts: facts["files"].pop(next(iter(facts["files"]))), "is damaged"),
            (lambda facts: facts["rows"].update({'a"; DROP': 1}), "an impossible table"),
            (lambda facts: facts["rows"].update(main_order=7), "rows"),
        ]:
            self.assert_refused(rewritten(BytesIO(backup), change).getvalue(), reason)
        odd = {"format": 1, "made_at": "", "revision": "", "vendor": "x", "migrations": []}
        odd_rows = json.dumps(odd | {"rows": {"a": "b"}})
        for manifest in ("{", "[]", "null", '{"format": 1}', "[" * 100_000, odd_rows):
            self.assert_refused(sealed(manifest), "its manifest cannot be read")
        self.assertEqual(self.everything(), before)

    def assert_refused(self, backup: bytes, reason: str) -> None:
        with self.subTest(reason), self.assertRaisesMessage(BackupRefused, reason):
            restore_backup(file=BytesIO(backup), replace=True)

    def test_of_files_that_do_not_all_fit_none_is_left(self) -> None:
        self.open_shop()
        backup, real = self.backed_up(), FileSystemStorage._save
        for alias in ("default", "covers"):
            for name, _ in list(stored_files(storages[alias])):
                storages[alias].delete(name)
        fitting = iter([True, True, False])

        def save(storage, name: str, content) -> str:
            if next(fitting):
                return real(storage, name, content)
            Path(storage.path(name)).write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with (
            mock.patch.object(FileSystemStorage, "_save", save),
            self.assertRaisesMessage(BackupRefused, "Nothing was restored: The disk does not"),
        ):
            restore_backup(file=backup, replace=True)
        left = [file for alias in FOLDERS.values() for file in stored_files(storages[alias])]
        self.assertEqual(left, [])

    @ON_POSTGRESQL
    def test_a_restore_that_breaks_off_leaves_the_shop_that_was_there(self) -> None:
        self.open_shop()
        backup, before = self.backed_up(), self.everything()
        real, program = shutil.which("pg_restore"), self.folder / "pg_restore"
        path = f"{self.folder}:{os.environ['PATH']}"
        for status in (1, 0):  # told of, or not
            program.write_text(
                f'#!/bin/sh\n[ $1 = --file=- ] || exec {real} "$@"\n'
                f'{real} "$@" | head -c 20000\nexit {status}\n'
            )
            program.chmod(0o755)
            with (
                mock.patch.dict(os.environ, PATH=path),
                self.assertRaisesMessage(BackupRefused, "and is unchanged:"),
            ):
                restore_backup(file=backup, replace=True)
            self.assertEqual(self.everything(), before)

    @ON_POSTGRESQL
    def test_programs_that_are_missing_or_too_old_are_named(self) -> None:
        with mock.patch.dict(os.environ, PATH=str(self.folder)):
            for there in (None, "echo 'pg_dump (PostgreSQL) 9.6'"):
                if there:
                    program = self.folder / "pg_dump"
                    program.write_text(f"#!/bin/sh\n{there}\n")
                    program.chmod(0o755)
                reason = "older than the server" if there else "pg_dump is missing"
                with self.assertRaisesMessage(BackupRefused, reason):
                    self.backed_up()


@tag("once")
class CommandTests(BackupCase):
    def test_a_file_is_written_whole_for_its_owner_alone_and_never_over_another(self) -> None:
        self.open_shop()
        image = ProductImage.objects.get()
        storages["covers"].delete(image.image.name)
        path, told = self.folder / "shop.tar", StringIO()
        call_command("backup", path, stderr=told)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertIn(f"a picture that does not exist: {image.image.name}", told.getvalue())
        with self.assertRaisesMessage(CommandError, "already exists"):
            call_command("backup", path)
        with self.assertRaisesMessage(CommandError, "could not be written"):
            call_command("backup", self.folder / "no-such" / "shop.tar")
        with self.assertRaisesMessage(CommandError, "could not be restored"):
            call_command("restore", self.folder / "no-such.tar")
        self.assertEqual([each.name for each in self.folder.glob("*.tar*")], ["shop.tar"])

    def test_of_two_to_one_name_the_later_is_refused(self) -> None:
        path, make = self.folder / "shop.tar", "main.management.commands.backup.make_backup"

        def overtaken(*, out) -> Manifest:
            with mock.patch(make, make_backup):
                call_command("backup", path, stderr=StringIO())
            return make_backup(out=out)

        refused = self.assertRaisesMessage(CommandError, "shop.tar already exists.")
        with mock.patch(make, overtaken), refused:
            call_command("backup", path)
        with path.open("rb") as file:
            BackupReader(file).check()
        self.assertEqual([each.name for each in self.folder.glob("*.tar*")], ["shop.tar"])

    def test_ended_by_a_signal_it_leaves_nothing(self) -> None:
        path = self.folder / "shop.tar"

        def end(*_) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        for command, work in [
            ("backup", "main.actions.backups._add_files"),
            ("restore", "main.actions.restores._write_new_files"),
        ]:
            with (
                mock.patch(work, side_effect=end),
                self.assertRaisesMessage(CommandError, "It was ended by SIGTERM.") as ended,
                mock.patch.dict(os.environ, TMPDIR=str(self.folder)),
                mock.patch("tempfile.tempdir", None),
            ):
                call_command(command, path)
            self.assertEqual(ended.exception.returncode, 143)
            left = {file.name for file in self.folder.iterdir()} - {"media", "media-private"}
            self.assertEqual(left, {"shop.tar"} if command == "restore" else set())
            if command == "backup":
                call_command("backup", path, stderr=StringIO())

    def test_an_output_that_is_full_is_one_line(self) -> None:
        refused = self.assertRaisesMessage(CommandError, "No space left on device")
        with Path("/dev/full").open("w") as out, refused:
            call_command("backup", "-", stdout=out)

    def test_a_stream_goes_out_and_comes_in(self) -> None:
        ProductTagFactory(name="Novels")
        with (self.folder / "out").open("w") as out:
            call_command("backup", "-", stdout=out, stderr=StringIO())
        ProductTag.objects.all().delete()
        with (self.folder / "out").open() as given, mock.patch("sys.stdin", given):
            call_command("restore", "-", stdout=(told := StringIO()))
        self.assertIn("Restored the shop of 20", told.getvalue())
        self.assertEqual(ProductTag.objects.get().name, "Novels")


@tag("e2e")
class S3Tests(S3Mixin, BackupCase):
    def test_what_was_in_the_bucket_is_there_again(self) -> None:
        self.open_shop()
        before, backup = self.everything(), self.backed_up()
        self.ask_moto("reset")
        self.s3.create_bucket(Bucket="booktime-test")
        Product.objects.update(stock=0)
        restore_backup(file=backup, replace=True)
        self.assertEqual(self.everything(), before)
        self.assertEqual((len(self.keys()), Invoice.objects.count()), (4, 1))

    def test_an_s3_that_is_away_leaves_the_database_alone(self) -> None:
        ProductTagFactory(name="Novels")
        backup = self.backed_up()
        ProductTag.objects.update(name="Poems")
        self.use_s3("http://127.0.0.1:9")
        with self.assertRaisesMessage(BackupRefused, "cannot be reached"):
            restore_backup(file=backup, replace=True)
        self.assertEqual(ProductTag.objects.get().name, "Poems")
