"""Books in the admin sites: addresses, ISBNs, pictures, and their list."""

import errno
from io import BytesIO
from unittest import mock

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from main.gateways.files import DiskFiles, FilesUnavailable
from main.models import Product, ProductImage
from main.models.product_images import covers
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    ProductFactory,
    ProductTagFactory,
)


def draw(name: str, colour: str = "navy") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (420, 600), colour).save(file, Image.registered_extensions()[name[-4:]])
    return SimpleUploadedFile(name, file.getvalue())


class BookTests(AdminTestCase):
    add = "/admin/main/product/add/"

    def add_book(self, name: str, **fields) -> Product:
        self.send_well(self.add, self.open(self.add), name=name, price="5.00", **fields)
        return Product.objects.order_by("pk").last()

    def test_a_full_disk_is_told_beside_the_cover_and_nothing_typed_is_lost(self) -> None:
        book = ProductFactory(name="Emma")
        path = f"/admin/main/product/{book.pk}/change/"
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch("os.posix_fallocate", side_effect=full):
            changes = {"images-0-image": draw("cover.png"), "name": "Typed meanwhile"}
            response = self.send(path, self.open(path), **changes)
        self.assertContains(
            response, "The disk does not accept files: No space left on device. Nothing was saved."
        )
        self.assertContains(response, "Typed meanwhile")
        book.refresh_from_db()
        self.assertEqual((book.name, book.images.count()), ("Emma", 0))

    def test_of_covers_that_do_not_all_fit_none_is_left(self) -> None:
        book = ProductFactory(name="Emma")
        path, real = f"/admin/main/product/{book.pk}/change/", DiskFiles._save
        fitting = iter([True, False])

        def save(storage, name: str, content) -> str:
            if next(fitting):
                return real(storage, name, content)
            raise FilesUnavailable("The disk takes no files.")

        before = covers().listdir("product-images")[1] if covers().exists("product-images") else []
        fields = self.open(path)
        extra = {name.replace("-0-", "-1-"): "" for name in fields if name.startswith("images-0-")}
        changes = extra | {"images-TOTAL_FORMS": "2", "images-1-position": "1"}
        changes |= {f"images-{number}-image": draw("cover.png") for number in (0, 1)}
        with (
            mock.patch.object(DiskFiles, "_save", save),
            self.assertLogs("main.admin.catalogue", "ERROR"),
        ):
            response = self.send(path, fields, **changes)
        self.assertRedirects(response, path, fetch_redirect_response=False)
        self.assertEqual(covers().listdir("product-images")[1], before)

    def test_who_is_not_registered_for_vat_bills_none(self) -> None:
        book = ProductFactory()
        path = f"/admin/main/product/{book.pk}/change/"
        with override_settings(SELLER=settings.SELLER | {"vat_id": ""}):
            response = self.send(path, self.open(path), tax_rate="20")
            error = "The shop is not registered for VAT, so the rate must be 0."
            self.assert_refused(response, "tax_rate", error)
        self.send_well(path, self.open(path), tax_rate="20")

    def test_a_renamed_books_name_can_be_used_again(self) -> None:
        slugs = []
        for name in ("Twice", "Twice", "Twice"):
            book = self.add_book(name)
            slugs.append(book.slug)
            path = f"/admin/main/product/{book.pk}/change/"
            self.send_well(path, self.open(path), name=f"Renamed {book.pk}")
        self.assertEqual(slugs[1:], [f"{slugs[0]}-2", f"{slugs[0]}-3"])
        self.assertEqual(self.client.get(f"/product/{slugs[2]}/").status_code, 200)

    def test_an_isbn_given_to_another_book_clashes_with_no_address(self) -> None:
        book = ProductFactory(name="Emma", isbn="9780141439587")
        Product.objects.filter(pk=book.pk).update(isbn=None)
        again = ProductFactory(name="Emma", authors="Another", isbn="9780141439587")
        self.assertEqual((book.slug, again.slug), ("emma-9780141439587", "emma-9780141439587-2"))

    def test_an_isbn_is_taken_as_people_write_it(self) -> None:
        for written in ("978-0-14-143951-8", "0-14-143951-3", "ISBN: 978\xad0141\u200b439518."):
            book = self.add_book(f"Pride {written}", isbn=written)
            self.assertEqual(book.isbn, "9780141439518")
            book.delete()

    def test_a_wrong_isbn_is_refused_and_so_is_one_that_is_there(self) -> None:
        response = self.send(self.add, self.open(self.add), name="Emma", isbn="978-0-14-143951-9")
        error = "“978-0-14-143951-9” is not an ISBN: its check digit does not fit."
        self.assert_refused(response, "isbn", error)
        ProductFactory(isbn="9780141439518")
        response = self.send(self.add, self.open(self.add), name="Emma", isbn="978-0-14-143951-8")
        self.assert_refused(response, "isbn", "Product with this ISBN-13 already exists.")


class PictureTests(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        add = "/admin/main/product/add/"
        upload = {"images-0-image": draw("cover.png")}
        self.send_well(add, self.open(add) | {"name": "Emma", "price": "5.00"} | upload)
        self.image = ProductImage.objects.get()
        self.book = self.image.product
        self.path = f"/admin/main/product/{self.book.pk}/change/"

    def assert_only_files_of(self, image: ProductImage) -> None:
        stem = image.image.name[:-4]
        renditions = [f"{stem}/{width}w.webp" for width in (200, 400)]
        expected = sorted(["product-images", image.image.name, stem, *renditions])
        self.assertEqual(self.files(), expected)

    def test_a_new_picture_is_there_in_all_sizes(self) -> None:
        self.assert_only_files_of(self.image)
        self.send_well(self.path, self.open(self.path), **{"images-0-alt": "Emma, on a chair"})
        self.assert_only_files_of(self.image)

    def test_of_a_replaced_picture_no_file_is_left(self) -> None:
        changes = {"images-0-image": draw("front.jpg", "red")}
        self.send_well(self.path, self.open(self.path), **changes)
        new = ProductImage.objects.get()
        self.assertNotEqual(new.image.name, self.image.image.name)
        self.assert_only_files_of(new)

    def test_of_a_removed_picture_no_file_is_left(self) -> None:
        self.send_well(self.path, self.open(self.path), **{"images-0-DELETE": "on"})
        self.assertEqual((ProductImage.objects.count(), self.files()), (0, ["product-images"]))

    def test_of_a_deleted_book_no_file_is_left(self) -> None:
        self.send(f"/admin/main/product/{self.book.pk}/delete/", {"post": "yes"})
        self.assertEqual((Product.objects.count(), self.files()), (0, ["product-images"]))

    def test_a_refused_form_takes_no_picture_away(self) -> None:
        changes = {"images-0-image": draw("front.jpg", "red"), "price": "-1"}
        self.assert_refused(
            self.send(self.path, self.open(self.path), **changes),
            "price",
            "Ensure this value is greater than or equal to 0.01.",
        )
        self.assert_only_files_of(self.image)

    def test_a_replacement_that_is_rolled_back_takes_no_picture_away(self) -> None:
        changes = {"images-0-image": draw("front.jpg", "red")}
        fields = self.open(self.path)
        with (
            mock.patch("django.contrib.admin.ModelAdmin.log_change", side_effect=OSError),
            self.assertLogs("django.request", "ERROR"),
            self.assertRaises(OSError),
        ):
            self.send(self.path, fields, **changes)
        self.assertTrue(covers().exists(self.image.image.name))
        self.assertEqual(ProductImage.objects.get().image.name, self.image.image.name)

    def test_pictures_named_alike_do_not_share_their_sizes(self) -> None:
        changes = {"images-1-image": draw("cover.jpg", "red")}
        self.send_well(self.path, self.open(self.path), **changes)
        self.send_well(self.path, self.open(self.path), **{"images-1-DELETE": "on"})
        self.assert_only_files_of(self.image)

    def test_what_is_no_picture_is_refused(self) -> None:
        upload = {"images-1-image": SimpleUploadedFile("cover.png", b"no picture")}
        response = self.send(self.path, self.open(self.path), **upload)
        self.assertContains(response, "Upload a valid image.")

    def test_a_folder_that_is_not_empty_stays(self) -> None:
        stray = self.media / self.image.image.name[:-4] / "note.txt"
        stray.write_text("kept")
        with self.captureOnCommitCallbacks(execute=True):
            self.image.delete()
        self.assertEqual(len(self.files()), 3)


class BookListTests(AdminTestCase):
    works_as = EmployeeFactory
    path = "/office-admin/main/product/"

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.novels = ProductTagFactory(name="Novels")
        cls.emma = ProductFactory(name="Emma", authors="Jane Austen", isbn="9780141439587",
                                  stock=3, language="eng", tags=[cls.novels])  # fmt: skip
        cls.faust = ProductFactory(name="Faust", authors="Goethe", isbn="9783150000014",
                                   stock=0, language="ger", active=False)  # fmt: skip
        cls.walden = ProductFactory(name="Walden", authors="Thoreau", isbn="9780140390445",
                                    stock=9, language="eng")  # fmt: skip

    def found(self, query: str) -> list[str]:
        response = self.client.get(f"{self.path}?{query}")
        self.assertEqual(response.status_code, 200)
        return [book.name for book in response.context["cl"].result_list]

    def test_books_are_found_by_title_authors_and_isbn(self) -> None:
        for words in (
            "emma",
            "austen",
            "978-0-14-143958-7",
            "439587",
            "0141439580",
            "ISBN 0-14-143958-0",
            "emma 9780141439587",
            "43\xad9587",
            "austén",
        ):
            self.assertEqual(self.found(f"q={words}"), ["Emma"], words)
        self.assertEqual(self.found("q=faust"), ["Faust"])
        self.assertEqual(self.found("q=nothing-like-it"), [])

    def test_the_list_is_narrowed_down(self) -> None:
        for query, names in {
            "": ["Emma", "Faust", "Walden"],
            "active__exact=1": ["Emma", "Walden"],
            "copies=some": ["Emma", "Walden"],
            "copies=low": ["Emma"],
            "copies=none": ["Faust"],
            "in=ger": ["Faust"],
            "subject=novels": ["Emma"],
            "subject=no+such": [],
            "subject=novels&copies=none": [],
        }.items():
            self.assertEqual(self.found(query), names, query)

    def test_subjects_are_offered_by_name(self) -> None:
        page = self.client.get(f"{self.path}?copies=some")
        self.assertContains(page, '<option value="Novels">')
        self.assertContains(page, '<input type="hidden" name="copies" value="some">')

    def test_books_are_marked_inactive_and_active_with_their_history(self) -> None:
        chosen = {"_selected_action": [self.emma.pk, self.faust.pk]}
        response = self.client.post(self.path, chosen | {"action": "mark_inactive"})
        self.assertEqual(self.told(response), ["1 marked inactive; 1 were already."])
        self.assertEqual([*Product.objects.active()], [self.walden])
        record = self.emma.history.first()
        self.assertEqual((record.history_user, record.active), (self.staff, False))
        self.client.post(self.path, chosen | {"action": "mark_active"})
        self.assertEqual(Product.objects.active().count(), 3)
        self.assertEqual(self.walden.history.count(), 1)

    def test_who_may_only_look_marks_nothing(self) -> None:
        self.client.force_login(DispatcherFactory())
        path = f"/dispatch-admin/main/product/{self.emma.pk}/change/"
        chosen = {"_selected_action": [self.emma.pk], "action": "mark_inactive"}
        self.client.post("/dispatch-admin/main/product/", chosen)
        page = self.client.get(path)
        self.assertContains(page, "9780141439587")
        self.assertNotContains(page, "8.49")
        self.assertEqual(self.client.post(path, {"name": "X", "active": ""}).status_code, 403)
        self.emma.refresh_from_db()
        self.assertEqual((self.emma.name, self.emma.active), ("Emma", True))

    def test_the_office_deletes_no_book(self) -> None:
        page = f"{self.path}{self.emma.pk}/delete/"
        self.assertEqual(self.client.post(page, {"post": "yes"}).status_code, 403)
        chosen = {"_selected_action": [self.emma.pk], "action": "delete_selected", "post": "yes"}
        self.client.post(self.path, chosen)
        self.assertEqual(Product.objects.count(), 3)
