"""Pictures that come with a list: taken once, never doubled, gone when their rows are not kept."""

import itertools
import shutil
import unicodedata
from collections import defaultdict
from pathlib import PurePath
from unittest import mock

from django.db import connection
from PIL import Image

from main.actions import import_books_pictures
from main.models import Product, ProductImage
from main.models.product_images import covers
from main.tests.support.import_case import (
    EMMA,
    ImportTestCase,
)


class Forgetful(defaultdict):
    """Knows of no picture: as it was before another import added one."""

    def __getitem__(self, key):
        return []


class PictureTests(ImportTestCase):
    def test_a_picture_is_stored_with_its_renditions_and_described(self):
        self.draw("emma.png")
        with self.captureOnCommitCallbacks(execute=True):
            self.import_rows(EMMA.replace(",,8.49", ",emma.png,8.49"))
        image = ProductImage.objects.get()
        self.assertEqual((image.alt, image.position), ("Cover of Emma", 0))
        self.assertEqual((image.width, image.height), (420, 600))
        self.assertRegex(image.image.name, r"^product-images/emma-9780141439587-[0-9a-f]{16}\.png$")
        self.assertTrue(covers().exists(image.image.name.replace(".png", "/400w.webp")))

    def test_a_phones_jpeg_with_a_second_picture_inside_and_avif_are_taken(self):
        inside = {"format": "MPO", "save_all": True, "append_images": [Image.new("RGB", (9, 9))]}
        Image.new("RGB", (210, 300)).save(self.images / "phone.jpg", **inside)
        Image.new("RGB", (210, 300)).save(self.images / "small.avif")
        result = self.import_rows("A,,,phone.jpg,1,,,,", "B,,,small.avif,1,,,,")
        self.assertEqual((result.images, result.errors), (2, []))
        names = ProductImage.objects.order_by("pk").values_list("image", flat=True)
        self.assertEqual([PurePath(name).suffix for name in names], [".jpg", ".avif"])

    def test_a_file_name_as_a_mac_writes_it_is_the_one_in_the_list(self):
        for number, (cell, name) in enumerate(
            itertools.permutations(
                [unicodedata.normalize(form, "Übersicht/Zoé.png") for form in ("NFC", "NFD")]
            )
        ):
            with self.subTest(cell=ascii(cell)):
                (self.images / name).parent.mkdir()
                self.draw(name)
                result = self.import_rows(f"Book {number},,,{cell},1,,,,")
                self.assertEqual((result.images, result.errors), (1, []))
                shutil.rmtree((self.images / name).parent)

    def test_another_picture_comes_after_those_that_are_there(self):
        self.draw("one.png")
        self.draw("two.jpg", "maroon")
        self.import_rows(EMMA.replace(",,8.49", ",one.png,8.49"))
        self.import_rows(EMMA.replace(",,8.49", ",two.jpg,8.49"))
        self.import_rows(EMMA.replace(",,8.49", ",one.png,8.49"))
        self.assertEqual(list(ProductImage.objects.values_list("position", flat=True)), [0, 1])

    def test_no_row_is_held_while_a_picture_is_stored(self):
        self.draw("emma.png")
        stored, kind = [], type(covers())
        store = kind.save

        def note(*args, **kwargs):
            stored.append((len(connection.savepoint_ids), Product.objects.count()))
            return store(*args, **kwargs)

        with mock.patch.object(kind, "save", note):
            before = len(connection.savepoint_ids)
            self.import_rows(EMMA.replace(",,8.49", ",emma.png,8.49"))
        self.assertEqual(stored, [(before, 1)])

    def test_a_picture_that_another_import_has_just_added_is_not_doubled(self):
        self.draw("emma.png")
        row = EMMA.replace(",,8.49", ",emma.png,8.49")
        self.import_rows(row)
        with mock.patch.object(import_books_pictures, "defaultdict", Forgetful):
            self.import_rows(row)
        self.assertEqual(ProductImage.objects.count(), 1)
        self.assertEqual(len(covers().listdir("product-images")[1]), 1)

    def test_no_file_is_left_without_its_row_and_the_list_repeated_brings_it(self):
        self.draw("emma.png")
        save = ProductImage.save

        def fail_at_the_second(image, *args, **kwargs):
            if ProductImage.objects.exists():
                raise RuntimeError("The power went out.")
            save(image, *args, **kwargs)

        rows = EMMA.replace(",,8.49", ",emma.png,8.49"), "Walden,,poetry,emma.png,3.50,,,,"
        with (
            mock.patch.object(ProductImage, "save", fail_at_the_second),
            self.assertRaisesMessage(RuntimeError, "The power went out."),
        ):
            self.import_rows(*rows)
        self.assertEqual(Product.objects.count(), 2)
        self.assertEqual(self.files(), self.named())
        self.assertEqual(len(self.files()), 1)
        self.import_rows(*rows)
        self.assertEqual((Product.objects.count(), len(self.files())), (2, 2))
        self.assertEqual(self.files(), self.named())

    def files(self) -> list[str]:
        return sorted(covers().listdir("product-images")[1])

    def named(self) -> list[str]:
        names = ProductImage.objects.values_list("image", flat=True)
        return sorted(name.removeprefix("product-images/") for name in names)
