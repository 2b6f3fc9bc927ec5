"""Renditions: made once, in their real colours, and named by no page before they are there."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.core.files.base import ContentFile
from django.test import TestCase, override_settings, tag
from PIL import Image

from main.actions.pictures import look_at_old_pictures, render_picture
from main.gateways.files import FilesUnavailable
from main.models import Product, ProductImage
from main.models.product_images import covers
from main.tests.support.factories import ProductFactory
from main.tests.support.pictures import grey_profile, picture, written


@tag("once")
class RenditionCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.book = ProductFactory(name="Emma")

    def setUp(self) -> None:
        media = TemporaryDirectory()
        self.addCleanup(media.cleanup)
        self.media = Path(media.name)
        self.enterContext(override_settings(MEDIA_ROOT=self.media))

    def hang(self, kind: str = "PNG", size: tuple[int, int] = (420, 600), **options) -> None:
        file = written(picture("L", 99, size=size), kind, **options)
        self.image = ProductImage(
            product=self.book, image=ContentFile(file.getvalue(), name=f"a.{kind.lower()}")
        )
        self.image.save()

    def named(self) -> set[str]:
        """The files that the book's page and the lists name."""
        cover = Product.objects.with_cover().get().cover
        whole = ProductImage.objects.get().picture
        self.assertEqual(cover, whole)
        addresses = [cover.src, cover.large, cover.thumbnail]
        addresses += [part.split(" ")[0] for part in cover.srcset.split(", ") if part]
        return {address.removeprefix("/media/product-images/") for address in addresses}

    def assert_all_there(self, *names: str) -> None:
        self.assertEqual(self.named(), set(names))
        for name in names:
            self.assertTrue(covers().exists(f"product-images/{name}"), name)


class RenditionTests(RenditionCase):
    def test_until_they_are_made_the_original_is_shown(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.hang()
            self.assert_all_there("a.png")
        self.assert_all_there("a/200w.webp", "a/400w.webp")

    def test_of_those_that_could_not_all_be_stored_none_is_named(self) -> None:
        save, stored = covers().save, []

        def save_one(storage, name: str, content) -> str:
            if stored:
                raise FilesUnavailable("The disk is full.")
            stored.append(name)
            return save(name, content)

        self.hang()
        files = {
            "storage": self.image.image.storage.deconstruct(),
            "file_name": self.image.image.name,
            "new": [each.deconstruct() for each in self.image.image.get_picture_files_list()],
        }
        with (
            mock.patch("main.gateways.files.DiskFiles.save", save_one),
            self.assertRaises(FilesUnavailable),
        ):
            render_picture(**files)
        self.assert_all_there("a.png")
        render_picture(**files)
        self.assert_all_there("a/200w.webp", "a/400w.webp")

    def test_a_size_that_django_pictures_leaves_out_is_not_named(self) -> None:
        """By a rounding error it lists no rendition of 200 × 29 points."""
        with self.captureOnCommitCallbacks(execute=True):
            self.hang(size=(200, 29))
        self.assert_all_there("a.png")

    def test_another_picture_begins_anew_and_other_changes_keep_the_sizes(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.hang()
        image = ProductImage.objects.get()
        ProductImage.objects.update(widest=200)  # what the worker writes meanwhile
        image.alt = "Emma, on a chair"
        image.save()
        self.assertEqual(ProductImage.objects.get().widest, 200)
        image.image = ContentFile(written(picture("L", 9), "JPEG").getvalue(), name="b.jpg")
        image.save()
        self.assert_all_there("b.jpg")

    def test_a_picture_that_cannot_be_rendered_is_shown_as_it_is_and_reported(self) -> None:
        self.hang()
        new = [each.deconstruct() for each in self.image.image.get_picture_files_list()]
        (self.media / self.image.image.name).write_bytes(b"no picture")
        with self.assertLogs("main.actions.pictures", "ERROR") as logs:
            render_picture(
                storage=self.image.image.storage.deconstruct(),
                file_name=self.image.image.name,
                new=new,
            )
        self.assertRegex(logs.output[0], r"The picture product-images/a\.png is not a picture")
        self.assert_all_there("a.png")


class OldPictureTests(RenditionCase):
    """What release 0.2.0 stored, which kept no account of its renditions."""

    def hang_as_before(self, **options) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.hang(**options)
        ProductImage.objects.update(widest=None)

    def test_its_pictures_are_shown_as_it_showed_them(self) -> None:
        self.hang_as_before()
        self.assert_all_there("a/200w.webp", "a/400w.webp")

    def test_lost_ones_are_made_and_good_ones_stay(self) -> None:
        self.hang_as_before()
        covers().delete("product-images/a/400w.webp")
        look_at_old_pictures(seconds=5)
        self.assertEqual(ProductImage.objects.get().widest, 400)
        self.assert_all_there("a/200w.webp", "a/400w.webp")
        ProductImage.objects.update(widest=None)
        with mock.patch("main.actions.pictures.write_rendition", side_effect=AssertionError):
            look_at_old_pictures(seconds=5)
        self.assertEqual(ProductImage.objects.get().widest, 400)

    def test_transparent_covers_become_visible(self) -> None:
        self.hang_as_before(kind="JPEG", icc_profile=grey_profile())
        clear = written(picture("RGBA", (0, 0, 0, 0)), "WEBP").getvalue()
        for width in (200, 400):
            (self.media / f"product-images/a/{width}w.webp").write_bytes(clear)
        look_at_old_pictures(seconds=5)
        for width in (200, 400):
            with Image.open(self.media / f"product-images/a/{width}w.webp") as rendition:
                self.assertEqual(rendition.mode, "RGB")

    def test_a_lost_original_is_reported_and_not_looked_for_again(self) -> None:
        self.hang_as_before()
        covers().delete("product-images/a.png")
        with self.assertLogs("main.actions.pictures", "ERROR"):
            look_at_old_pictures(seconds=5)
        with self.assertNoLogs("main.actions.pictures"):
            look_at_old_pictures(seconds=5)
