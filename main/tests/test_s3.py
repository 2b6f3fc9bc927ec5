"""Media in S3, on a server that speaks it: what everyone may read, what nobody, and failures."""

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import TestCase, tag
from django_tasks_db.models import DBTaskResult

from main.actions.import_books import import_books
from main.gateways.files import FilesUnavailable, stored_files
from main.models import Product, ProductImage
from main.tests.support.admin_case import fields_of
from main.tests.support.factories import OwnerFactory, ProductFactory
from main.tests.support.import_case import COLUMNS
from main.tests.support.s3_case import BUCKET, S3Mixin
from main.tests.test_admin_books import draw

NO_TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def status_of(url: str) -> int:
    try:
        with urlopen(url) as answer:
            return answer.status
    except HTTPError as error:
        error.close()
        return error.code


@tag("e2e")
class UploadTests(S3Mixin, TestCase):
    """Covers that staff hang up, in the admin."""

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(OwnerFactory())
        self.book = ProductFactory(name="Emma")
        self.path = f"/admin/main/product/{self.book.pk}/change/"

    def send(self, **changes):
        fields = fields_of(self.client.get(self.path).content.decode())
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(self.path, fields | changes)

    def upload(self) -> ProductImage:
        self.assertEqual(self.send(**{"images-0-image": draw("cover.png")}).status_code, 302)
        return self.book.images.get()

    def test_a_cover_is_there_in_all_sizes_for_everyone_and_for_good(self) -> None:
        image = self.upload()
        stem = f"public/{image.image.name[:-4]}"
        self.assertEqual(self.keys(), [f"{stem}.png", f"{stem}/200w.webp", f"{stem}/400w.webp"])
        for url, kind in [
            (image.image.url, "image/png"),
            (image.picture.thumbnail, "image/webp"),
        ]:
            self.assertTrue(url.startswith(f"{self.endpoint}/{BUCKET}/public/product-images/"), url)
            self.assertEqual(urlsplit(url).query, "")
            with urlopen(url) as answer:
                self.assertEqual(answer.headers["Content-Type"], kind)
                kept = answer.headers["Cache-Control"]
            self.assertEqual(kept, "public, max-age=31536000, immutable")
        page = self.client.get(self.book.get_absolute_url())
        self.assertContains(page, f"{self.endpoint}/{BUCKET}/{stem}/400w.webp")

    def test_of_a_removed_cover_nothing_is_left(self) -> None:
        self.upload()
        self.assertEqual(self.send(**{"images-0-DELETE": "on"}).status_code, 302)
        self.assertEqual((self.book.images.count(), self.keys()), (0, []))

    def assert_not_stored(self, response, reason: str) -> None:
        errors = response.context["inline_admin_formsets"][0].formset.errors
        self.assertEqual(errors, [{"image": [f"{reason} Nothing was saved."]}])
        self.assertContains(response, "Typed meanwhile")
        self.book.refresh_from_db()
        self.assertEqual((self.book.name, self.book.images.count()), ("Emma", 0))

    def test_while_s3_is_away_the_page_says_so_and_keeps_what_was_typed(self) -> None:
        self.use_s3("http://127.0.0.1:9")
        response = self.send(**{"images-0-image": draw("cover.png"), "name": "Typed meanwhile"})
        self.assert_not_stored(response, "The file storage cannot be reached at the moment.")

    def test_with_wrong_keys_the_page_says_so(self) -> None:
        self.ask_moto("reset-auth", b"0")
        self.addCleanup(self.ask_moto, "reset-auth", b"inf")
        response = self.send(**{"images-0-image": draw("cover.png"), "name": "Typed meanwhile"})
        self.assert_not_stored(response, "The file storage rejects the shop's keys.")

    def test_an_upload_that_fails_later_is_told_of_and_saves_nothing(self) -> None:
        failing = mock.patch(
            "main.gateways.s3.Covers._save", side_effect=FilesUnavailable("Out of space.")
        )
        with failing, self.assertLogs("main.admin.catalogue", "ERROR"):
            response = self.send(**{"images-0-image": draw("cover.png"), "name": "Persuasion"})
        self.assertRedirects(response, self.path, fetch_redirect_response=False)
        self.assertContains(self.client.get(self.path), "Out of space. Nothing was saved.")
        self.book.refresh_from_db()
        self.assertEqual((self.book.name, self.book.images.count()), ("Emma", 0))

    def test_removing_a_cover_does_not_wait_for_an_s3_that_is_away(self) -> None:
        self.upload()
        kept = self.keys()
        self.use_s3("http://127.0.0.1:9")
        with self.settings(TASKS=NO_TASKS):
            self.assertEqual(self.send(**{"images-0-DELETE": "on"}).status_code, 302)
        self.assertEqual((self.book.images.count(), self.keys()), (0, kept))
        # The worker will do it; and what waits for it holds no secret.
        stored = str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))
        self.assertIn(kept[0].removeprefix("public/"), stored)
        self.assertNotIn("open-sesame", stored)


@tag("e2e")
class StorageTests(S3Mixin, TestCase):
    def test_a_private_file_is_read_by_whoever_was_given_its_address(self) -> None:
        name = storages["default"].save("invoices/2026/one.pdf", ContentFile(b"%PDF-"))
        self.assertEqual(self.keys(), ["private/invoices/2026/one.pdf"])
        url = storages["default"].url(name)
        self.assertEqual(status_of(url), 200)
        self.assertEqual(status_of(url.partition("?")[0]), 403)
        self.assertEqual(parse_qs(urlsplit(url).query)["X-Amz-Expires"], ["300"])

    def test_nothing_is_overwritten(self) -> None:
        names = [storages["covers"].save("a.webp", ContentFile(text)) for text in (b"1", b"2")]
        self.assertNotEqual(*names)
        self.assertEqual([storages["covers"].open(name).read() for name in names], [b"1", b"2"])
        self.assertEqual(sorted(stored_files(storages["covers"])), sorted((n, 1) for n in names))
        self.assertEqual(list(stored_files(storages["default"])), [])

    def test_where_acls_decide_covers_alone_have_one(self) -> None:
        self.s3.delete_bucket_policy(Bucket=BUCKET)
        covers, private = storages["covers"], storages["default"]
        closed = covers.save("closed.webp", ContentFile(b"1"))
        with self.settings(S3_COVERS_ACL="public-read"):
            self.use_s3()  # a storage is asked once what it is to do
            opened = storages["covers"].save("open.webp", ContentFile(b"1"))
            hidden = storages["default"].save("hidden.pdf", ContentFile(b"1"))
        self.assertEqual(status_of(covers.url(closed)), 403)
        self.assertEqual(status_of(covers.url(opened)), 200)
        self.assertEqual(status_of(private.url(hidden).partition("?")[0]), 403)

    def test_a_name_cannot_leave_its_folder(self) -> None:
        with self.assertRaises(SuspiciousFileOperation):
            storages["covers"].save("../private/a", ContentFile(b"1"))
        self.assertEqual(self.keys(), [])

    def test_a_missing_bucket_is_named(self) -> None:
        self.use_s3(bucket_name="nobodys-bucket")
        with self.assertRaisesMessage(FilesUnavailable, "no bucket of this name"):
            storages["covers"].save("a.webp", ContentFile(b"1"))


@tag("e2e")
class ImportTests(S3Mixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "emma.png").write_bytes(draw("emma.png").read())
        self.list = self.folder / "books.csv"
        self.list.write_text(f"{COLUMNS}\nEmma,,novels,emma.png,8.49,9780141439587,Austen,1815,7\n")

    def test_pictures_of_a_list_are_stored_once(self) -> None:
        for _ in range(2):
            with self.captureOnCommitCallbacks(execute=True):
                import_books(csv_path=self.list, image_basedir=self.folder)
        self.assertEqual(len(self.keys()), 3)
        self.assertEqual(status_of(ProductImage.objects.get().image.url), 200)

    def test_while_s3_is_away_one_line_says_so_and_the_next_time_adds_the_picture(self) -> None:
        self.use_s3("http://127.0.0.1:9")
        with self.assertRaisesMessage(CommandError, "The file storage cannot be reached"):
            call_command("import_data", self.list, self.folder, stdout=StringIO())
        self.assertEqual((Product.objects.count(), ProductImage.objects.count()), (1, 0))
        self.use_s3()
        call_command("import_data", self.list, self.folder, stdout=StringIO())
        self.assertEqual((Product.objects.count(), ProductImage.objects.count()), (1, 1))
