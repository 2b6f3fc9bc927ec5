"""Pictures uploaded in the admin: what is refused at the door, and what is told afterwards."""

from main.models import ProductImage
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import ProductFactory
from main.tests.support.pictures import (
    SRGB,
    grey_profile,
    picture,
    png_that_claims,
    upload,
    written,
)


class UploadTests(AdminTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.book = ProductFactory(name="Emma")
        cls.path = f"/admin/main/product/{cls.book.pk}/change/"

    def hand_in(self, name: str, file) -> None:
        self.send_well(self.path, self.open(self.path), **{"images-0-image": upload(name, file)})

    def test_a_refusal_names_the_file_and_says_why(self) -> None:
        for file, reason in (
            (written(picture("L", 0, size=(900, 1)), "PNG"), "is too wide for its height (900 × 1"),
            (png_that_claims(13_300, 13_300), "has 13300 × 13300 points; the shop takes at most"),
            (written(picture("RGB", "navy"), "BMP"), "is not a picture (JPEG, PNG, WEBP, GIF"),
        ):
            with self.subTest(reason):
                changes = {"images-0-image": upload("cover.png", file), "name": "Typed meanwhile"}
                page = self.send(self.path, self.open(self.path), **changes)
                self.assertContains(page, f"Upload a valid image. “cover.png” {reason}")
                self.assertContains(page, "Typed meanwhile")
        self.book.refresh_from_db()
        self.assertEqual((self.book.name, ProductImage.objects.count()), ("Emma", 0))
        self.assertEqual(self.files(), [])

    def test_the_stored_name_says_the_real_format(self) -> None:
        images = {"save_all": True, "append_images": [picture("RGB", "red")]}
        self.hand_in("cover.html", written(picture("RGB", "navy"), "MPO", **images))
        image = ProductImage.objects.get()
        self.assertRegex(image.image.name, r"^product-images/cover-[a-z0-9]{8}\.jpg$")

    def test_staff_see_which_sizes_there_are(self) -> None:
        for file, said in (
            (written(picture("L", 99), "JPEG", icc_profile=grey_profile()), "up to 200 points"),
            (written(picture("P", 1), "PNG", icc_profile=SRGB), "up to 200 points wide"),
            (written(picture("P", 1, size=(99, 140)), "PNG"), "only as it is: too small"),
        ):
            self.hand_in("cover.png", file)
            self.assertContains(self.client.get(self.path), said)
            ProductImage.objects.all().delete()

    def test_a_picture_without_its_sizes_says_so(self) -> None:
        self.hand_in("cover.png", written(picture("RGB", "navy"), "PNG"))
        ProductImage.objects.update(widest=0)
        self.assertContains(self.client.get(self.path), "being made")
