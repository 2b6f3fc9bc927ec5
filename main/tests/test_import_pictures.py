"""Pictures that come with a list: taken once, never doubled, gone when their rows are not kept."""

import itertools
import shutil
import unicodedata
from pathlib import PurePath
from unittest import mock

from PIL import Image

from main.models import Product, ProductImage, ProductTag
from main.models.product_images import covers
from main.tests.support.import_case import (
    EMMA,
    ImportTestCase,
)


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

    def test_no_file_is_left_of_a_batch_that_failed(self):
        self.draw("emma.png")
        save = ProductImage.save

        def fail_at_the_second(image, *args, **kwargs):
            if ProductImage.objects.exists():
                raise RuntimeError("The power went out.")
            save(image, *args, **kwargs)

        with (
            mock.patch.object(ProductImage, "save", fail_at_the_second),
            self.assertRaisesMessage(RuntimeError, "The power went out."),
        ):
            self.import_rows(
                EMMA.replace(",,8.49", ",emma.png,8.49"), "Walden,,poetry,emma.png,3.50,,,,"
            )
        self.assertEqual((Product.objects.count(), ProductTag.objects.count()), (0, 0))
        self.assertEqual(covers().listdir("product-images")[1], [])
