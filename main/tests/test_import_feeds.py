"""Lists that come out of feeds: HTML in their texts, and printed music among their books."""

from django.test import tag

from main.actions.import_books import RowNote
from main.models import Product, ProductTag
from main.tests.support.import_case import ImportTestCase

CLEANED = "HTML (entities or tags) became plain text"
CODED = "Sense &amp; Sensibility,<p>Two sisters.</p>,Love &amp; money,,8.49,{},Austen &amp; Co,,"
MENDED = "Sense & Sensibility,Two sisters.,Love & money,,8.49,{},Austen & Co,,"
PLAIN = ("Sense & Sensibility", "Austen & Co", "Two sisters.")


class FeedTests(ImportTestCase):
    def assert_one_plain_book(self) -> Product:
        book = Product.objects.get()
        self.assertEqual((book.name, book.authors, book.description), PLAIN)
        return book

    def shelve_as_before(self, isbn: str | None) -> Product:
        """What release 0.2.0 made of the list."""
        return Product.objects.create(
            name="Sense &amp; Sensibility", authors="Austen &amp; Co", isbn=isbn,
            description="<p>Two sisters.</p>", price="8.49",
        )  # fmt: skip

    def test_html_becomes_plain_text_and_is_told(self) -> None:
        result = self.import_rows("Emma,,,,1,,,,", CODED.format(""))
        self.assertEqual((result.errors, result.notes), ([], [RowNote(3, CLEANED)]))
        Product.objects.filter(name="Emma").delete()
        book = self.assert_one_plain_book()
        self.assertRegex(book.slug, r"^sense-sensibility-[0-9a-f]{12}$")
        self.assertEqual(
            list(ProductTag.objects.values_list("name", "slug")), [("Love & money", "love-money")]
        )

    def test_the_mended_list_and_the_old_one_mend_the_same_book(self) -> None:
        for isbn in (None, "9780141439662"):
            for row in (MENDED, CODED):
                with self.subTest(row, isbn=isbn):
                    Product.objects.all().delete()
                    old = self.shelve_as_before(isbn)
                    result = self.import_rows(row.format(isbn or ""))
                    self.assertEqual((result.products_created, result.errors), (0, []))
                    book = self.assert_one_plain_book()
                    self.assertEqual((book.pk, book.slug), (old.pk, old.slug))
                    again = self.import_rows(row.format(isbn or ""))
                    self.assertEqual((again.products_created, again.products_updated), (0, 0))

    def test_a_title_that_staff_corrected_stays(self) -> None:
        old = self.shelve_as_before(None)
        Product.objects.filter(pk=old.pk).update(name="Sense and Sensibility", authors="Austen")
        result = self.import_rows(CODED.format(""))
        self.assertEqual((result.products_created, result.errors), (0, []))
        self.assertEqual(Product.objects.get().name, "Sense and Sensibility")

    def test_if_both_are_in_the_shop_the_plain_one_is_meant(self) -> None:
        self.shelve_as_before(None)
        plain = Product.objects.create(name=PLAIN[0], authors=PLAIN[1], price="1.00")
        result = self.import_rows(MENDED.format(""))
        self.assertEqual((result.products_created, result.errors), (0, []))
        plain.refresh_from_db()
        self.assertEqual(str(plain.price), "8.49")

    def test_a_coded_subject_is_mended_and_keeps_its_address(self) -> None:
        old = ProductTag.objects.create(name="Love &amp; money", slug="love-amp-money")
        for _ in range(2):
            self.import_rows(MENDED.format(""))
            tag = ProductTag.objects.get()
            self.assertEqual((tag.pk, tag.name, tag.slug), (old.pk, "Love & money", old.slug))
        self.assertEqual(Product.objects.get().tags.get(), old)

    def test_the_report_names_the_lines_once_for_each_kind(self) -> None:
        rows = [f"A &amp; {number},,,,1,,,," for number in range(12)]
        status, out, err = self.run_command(self.write(*rows), self.images)
        self.assertEqual(status, 0)
        self.assertEqual(err, f"lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more: {CLEANED}\n")
        self.assertIn("Products processed=12 (created=12)\n", out)


@tag("once")
class PrintedMusicTests(ImportTestCase):
    def test_an_ismn_is_told_and_kept_and_not_published_as_an_isbn(self) -> None:
        result = self.import_rows("Cello suites,,,,9.99,979-0-2600-0043-8,Bach,,")
        told = "979-0 begins an ISMN, of printed music: it is kept, but not shown as an ISBN"
        self.assertEqual((result.errors, result.notes), ([], [RowNote(2, told)]))
        score = Product.objects.get()
        self.assertEqual((score.isbn, score.published_isbn), ("9790260000438", None))
        page = self.client.get(score.get_absolute_url())
        self.assertContains(page, "<dt>ISMN</dt>")
        self.assertNotContains(page, '"isbn"')
        self.assertContains(page, '"gtin13": "9790260000438"')

    def test_an_isbn_of_979_stays_one(self) -> None:
        result = self.import_rows("Livre,,,,9.99,979-10-90636-07-1,,,")
        self.assertEqual((result.errors, result.notes), ([], []))
        self.assertEqual(Product.objects.get().published_isbn, "9791090636071")
