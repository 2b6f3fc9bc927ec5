"""Where files are kept: how it is set, and that what is private has no address."""

import os
import runpy
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import SimpleTestCase, override_settings, tag

KEYS = {"AWS_ACCESS_KEY_ID": "shop", "AWS_SECRET_ACCESS_KEY": "s3cret"}
BUCKET = KEYS | {"AWS_STORAGE_BUCKET_NAME": "books"}


def read_settings(**environment: str) -> dict:
    """What booktime/settings/files.py makes of these variables alone."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ours.pop("MEDIA_ROOT", None)
    with mock.patch.dict(os.environ, ours | environment, clear=True):
        return runpy.run_path(str(settings.BASE_DIR / "booktime/settings/files.py"))


@tag("once")
class FileSettingTests(SimpleTestCase):
    def test_without_keys_media_are_on_this_machine(self) -> None:
        read = read_settings(MEDIA_ROOT="/srv/shop/media/")
        self.assertEqual(read["PRIVATE_MEDIA_ROOT"], Path("/srv/shop/media-private"))
        self.assertEqual((read["S3"], read["MEDIA_ORIGIN"]), ({}, ""))
        self.assertIn("DiskFiles", read["STORAGES"]["covers"]["BACKEND"])

    def test_with_keys_they_are_in_s3(self) -> None:
        amazon = read_settings(**BUCKET, AWS_S3_REGION_NAME="eu-west-2")
        self.assertEqual(amazon["S3_COVERS_URL"], "https://books.s3.eu-west-2.amazonaws.com/public")
        self.assertEqual(amazon["MEDIA_ORIGIN"], "https://books.s3.eu-west-2.amazonaws.com")
        self.assertEqual(amazon["S3"]["addressing_style"], "virtual")
        self.assertEqual(amazon["STORAGES"]["default"]["BACKEND"], "main.gateways.s3.PrivateFiles")
        minio = read_settings(**BUCKET, AWS_S3_ENDPOINT_URL="https://minio.example:9000/")
        self.assertEqual(minio["S3_COVERS_URL"], "https://minio.example:9000/books/public")
        self.assertEqual(minio["S3"]["addressing_style"], "path")
        cdn = read_settings(**BUCKET, AWS_S3_PUBLIC_URL="https://cdn.example/covers/")
        self.assertEqual(cdn["S3_COVERS_URL"], "https://cdn.example/covers")
        self.assertEqual(cdn["MEDIA_ORIGIN"], "https://cdn.example")

    def test_a_set_that_is_not_whole_or_wrong_is_one_clear_line(self) -> None:
        for environment, line in [
            (KEYS, "Media in S3 also need AWS_STORAGE_BUCKET_NAME."),
            (
                {"AWS_S3_ENDPOINT_URL": "https://minio.example"},
                f"Media in S3 also need {' and '.join(BUCKET)}.",
            ),
            (
                BUCKET | {"AWS_STORAGE_BUCKET_NAME": "My Books"},
                "AWS_STORAGE_BUCKET_NAME must be a bucket's name, not 'My Books'.",
            ),
            (
                BUCKET | {"AWS_S3_ENDPOINT_URL": "minio.example"},
                "AWS_S3_ENDPOINT_URL must be an address like https://shop.example.",
            ),
            (
                BUCKET | {"AWS_S3_PUBLIC_URL": "cdn"},
                "AWS_S3_PUBLIC_URL must be an address like https://shop.example.",
            ),
            (
                BUCKET | {"AWS_S3_COVERS_ACL": "public-read-write"},
                "AWS_S3_COVERS_ACL must be public-read or unset.",
            ),
            ({"MEDIA_ROOT": "/"}, "MEDIA_ROOT must be a folder of its own."),
        ]:
            with self.subTest(line), self.assertRaises(ImproperlyConfigured) as refused:
                read_settings(**environment)
            self.assertEqual(str(refused.exception), line)


class PrivateFileTests(SimpleTestCase):
    def test_no_address_leads_to_a_private_file(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        roots = {"MEDIA_ROOT": folder / "media", "PRIVATE_MEDIA_ROOT": folder / "media-private"}
        with override_settings(**roots):
            private = storages["default"]
            name = private.save("invoices/2026/one.pdf", ContentFile(b"%PDF-"))
            storages["covers"].save("cover.webp", ContentFile(b"RIFF"))
            file = roots["PRIVATE_MEDIA_ROOT"] / name
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700)
            with self.assertRaises(ValueError):
                private.url(name)
            self.assertEqual(self.client.get("/media/cover.webp").status_code, 200)
            for path in (name, f"../media-private/{name}", f"%2e%2e/media-private/{name}",
                         f"..%2fmedia-private%2f{name}"):  # fmt: skip
                answer = self.client.get(f"/media/{path}")
                self.assertIn(answer.status_code, (400, 404), path)
                self.assertNotIn(b"%PDF-", answer.content)


class MediaTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.media = self.folder / "media"
        self.media.mkdir()
        (self.folder / "secret.txt").write_text("secret")
        (self.media / "cover.webp").write_bytes(b"RIFF")
        self.enterContext(override_settings(MEDIA_ROOT=self.media))

    def status(self, path: str) -> int:
        return self.client.get(f"/media/{path}").status_code

    def test_no_link_in_it_is_followed(self) -> None:
        (self.media / "link.webp").symlink_to(self.folder / "secret.txt")
        (self.media / "inside.webp").symlink_to(self.media / "cover.webp")
        (self.media / "up").symlink_to(self.folder)
        (self.media / "circle").symlink_to(self.media / "circle")
        for path in ("link.webp", "inside.webp", "up/secret.txt", "circle", "circle/cover.webp"):
            self.assertEqual(self.status(path), 404, path)
        self.assertEqual(self.status("cover.webp"), 200)

    def test_the_folder_itself_may_be_a_link(self) -> None:
        (self.folder / "disk").symlink_to(self.media)
        with override_settings(MEDIA_ROOT=self.folder / "disk"):
            self.assertEqual(self.status("cover.webp"), 200)

    def test_a_name_that_no_file_can_have_is_not_found(self) -> None:
        for path in ("a%00b.webp", "x" * 5000, "../secret.txt", "%2e%2e/secret.txt"):
            self.assertIn(self.status(path), (400, 404), path)
