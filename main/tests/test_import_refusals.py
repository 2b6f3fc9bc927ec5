"""Rows that an import refuses: each is named, the rest is kept."""

from decimal import Decimal
from unittest import mock

from django.db import IntegrityError
from PIL import Image

from main.actions.import_books import RowError
from main.gateways.book_lists import MOST_LINES_OF_A_ROW
from main.models import Product
from main.tests.support.import_case import EMMA, LATEST_YEAR, LONG_DESCRIPTION, ImportTestCase
from main.tests.support.pictures import png_that_claims

# A row, and what is said about it. Each stands alone between two good rows.
BROKEN_ROWS = {
    ",No name.,,,5.00,,,,": "name is missing",
    f"{'N' * 256},,,,5.00,,,,": "name is too long: 256 characters instead of 255",
    f"Long authors,,,,5.00,,{'A' * 1001},,": (
        "authors is too long: 1001 characters instead of 1000"
    ),
    "No price,,,,,,,,": "price is missing",
    "Odd price,,,,cheap,,,,": "price “cheap” is not a number like 8.49",
    'Comma price,,,,"8,49",,,,': "price “8,49” is not a number like 8.49",
    "Pound price,,,,£8.49,,,,": "price “£8.49” is not a number like 8.49",
    "Not a number,,,,NaN,,,,": "price “NaN” is not a number like 8.49",
    "Without end,,,,Infinity,,,,": "price “Infinity” is not a number like 8.49",
    "Exponent,,,,1e3,,,,": "price “1e3” is not a number like 8.49",
    "Negative price,,,,-1.00,,,,": "price “-1.00” must be more than 0",
    "Free,,,,0.00,,,,": "price “0.00” must be more than 0",
    "Fractions,,,,8.499,,,,": "price “8.499” has more than two decimal places",
    "Dear,,,,1000000,,,,": "price “1000000” is more than 999999.99",
    "Check digit,,,,5.00,9780141439588,,,": (
        "isbn “9780141439588” is not an ISBN: its check digit does not fit"
    ),
    "Letters,,,,5.00,978014143958A,,,": (
        "isbn “978014143958A” is not an ISBN: it may have digits and hyphens only"
    ),
    "Rounded,,,,5.00,9.78014E+12,,,": (
        "isbn “9.78014E+12” is not an ISBN: a spreadsheet has shortened it; format the column as a "
        "number without decimals, or as text, check the digits, and export the list again"
    ),
    "Short,,,,5.00,978014143,,,": (
        "isbn “978014143” is not an ISBN: it must have ten or thirteen digits"
    ),
    "Other goods,,,,5.00,4006381333931,,,": (
        "isbn “4006381333931” is not an ISBN: thirteen digits begin with 978 or 979"
    ),
    "Owed,,,,5.00,,,,-1": "stock “-1” is less than 0",
    "Some,,,,5.00,,,,some": "stock “some” is not a whole number",
    "Half,,,,5.00,,,,1.5": "stock “1.5” is not a whole number",
    "Heaps,,,,5.00,,,,2147483648": "stock “2147483648” is more than 2147483647",
    f"Mountains,,,,5.00,,,,{'9' * 5000}": f"stock “{'9' * 40}” is more than 2147483647",
    "When,,,,5.00,,,recently,": "year “recently” is not a whole number",
    "Later,,,,5.00,,,3000,": f"year “3000” is not from -3000 to {LATEST_YEAR}",
    "Never,,,,5.00,,,0,": f"year “0” is not from -3000 to {LATEST_YEAR}",
    "Few,,,5.00": "too few columns: 4 instead of 9",
    "Many,,,,5.00,,,,1,2,3": "too many columns: 11 instead of 9",
    "No picture,,,missing.png,5.00,,,,": "image “missing.png” is not there",
    f"Long path,,,{'p' * 300}.png,5.00,,,,": f"image “{'p' * 300}.png” is not there",
    "A folder,,,.,5.00,,,,": "image “.” is not there",
    "Not a picture,,,words.png,5.00,,,,": (
        "image “words.png” is not a picture (JPEG, PNG, WEBP, GIF, AVIF) that can be read"
    ),
    "Half a picture,,,half.png,5.00,,,,": (
        "image “half.png” is not a picture (JPEG, PNG, WEBP, GIF, AVIF) that can be read"
    ),
    "Poster,,,poster.png,5.00,,,,": (
        "image “poster.png” has 13300 × 13300 points; the shop takes at most 40 megapixels"
    ),
    "Ribbon,,,ribbon.png,5.00,,,,": (
        "image “ribbon.png” is too wide for its height (900 × 1 points)"
    ),
    "Elsewhere,,,../secret.png,5.00,,,,": "image “../secret.png” is outside the folder of images",
    "Root,,,/etc/passwd,5.00,,,,": "image “/etc/passwd” is outside the folder of images",
    "A link,,,link.png,5.00,,,,": "image “link.png” is outside the folder of images",
    f"Tag,,{'t' * 65},,5.00,,,,": "tag is too long: 65 characters instead of 64",
    "NUL,A \0 inside.,,,5.00,,,,": "it holds a NUL character",
    b"Caf\xe9,Latin-1.,,,5.00,,,,": "it is not UTF-8 text: save the list as “CSV UTF-8”",
    'Open,"never closed,,,5.00,,,,': "a quote is opened but never closed",
    'Stray,"an "inner" quote",,,5.00,,,,': (
        "a quoted cell contains a quote that is not doubled"
    ),
    f"Endless,{'e' * 131073},,,5.00,,,,": "a cell is longer than 131072 characters",
    "Sense and Sensibility,,,,5.00,9780141439587,The Same Lady,,": (
        "isbn 9780141439587 belongs to “Emma” by Jane Austen"
    ),
    "Emma,,,,9.49,9780141439587,Jane Austen,1815,7": (
        "it contradicts line 2, about the same book, in price"
    ),
}  # fmt: skip


class BrokenRowTests(ImportTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.images / "words.png").write_text("These are words.")
        (self.folder / "secret.png").write_bytes(self.draw("whole.png").read_bytes())
        (self.images / "half.png").write_bytes((self.images / "whole.png").read_bytes()[:400])
        (self.images / "poster.png").write_bytes(png_that_claims(13_300, 13_300).getvalue())
        Image.new("L", (900, 1)).save(self.images / "ribbon.png")
        (self.images / "link.png").symlink_to(self.folder / "secret.png")

    def test_each_is_named_with_its_line_and_the_rest_is_kept(self):
        self.assertGreaterEqual(len(BROKEN_ROWS), 20)
        rows: list[str | bytes] = [EMMA, LONG_DESCRIPTION]
        expected = []
        for number, (row, reason) in enumerate(BROKEN_ROWS.items()):
            # Above it: the columns, Emma, three lines of Moby-Dick, and two lines a case.
            expected.append(RowError(6 + 2 * number, reason))
            rows += [row, f"Good {number},,,,5.00,,,,"]
        said: list[RowError] = []
        result = self.import_rows(*rows, on_error=said.append)
        self.maxDiff = None
        self.assertEqual(result.errors, expected)
        self.assertEqual(said, expected)
        self.assertEqual(
            set(Product.objects.values_list("name", flat=True)),
            {"Emma", "Moby-Dick", *(f"Good {number}" for number in range(len(BROKEN_ROWS)))},
        )
        self.assertEqual(Product.objects.get(name="Emma").price, Decimal("8.49"))
        self.assertEqual(
            Product.objects.get(name="Moby-Dick").description,
            "First line.\nSecond line.\nThird, last.",
        )

    def test_an_open_quote_does_not_swallow_the_rows_after_it(self):
        for kind, following in (
            ("to the end of the file", ["Two,,,,2,,,,"]),
            ("up to the next quote", ["Two,,,,2,,,,", 'Three,"Quoted, too",,,3,,,,', EMMA]),
            ("past any length", [f"No {n},,,,2,,,," for n in range(MOST_LINES_OF_A_ROW + 10)]),
        ):
            with self.subTest(kind):
                Product.objects.all().delete()
                result = self.import_rows('One,"open,,,1,,,,', *following)
                self.assertEqual(result.errors, [RowError(2, "a quote is opened but never closed")])
                self.assertEqual(Product.objects.count(), len(following))

    def test_what_only_the_database_refuses_costs_no_other_row(self):
        create = Product.objects.bulk_create

        def refuse_emma(products, **options):
            if any(product.name == "Emma" for product in products):
                raise IntegrityError("no\nEmma")
            return create(products, **options)

        with mock.patch.object(Product.objects, "bulk_create", refuse_emma):
            result = self.import_rows("A,,,,1,,,,", EMMA, "B,,,,1,,,,")
        self.assertEqual(result.errors, [RowError(3, "the database rejects it: no Emma")])
        self.assertEqual(list(Product.objects.values_list("name", flat=True)), ["A", "B"])

    def test_another_import_in_the_way_is_waited_out(self):
        create = Product.objects.bulk_create
        other_import = mock.Mock(side_effect=[IntegrityError("It was just made."), None, None])

        def create_after_the_other(products, **options):
            other_import()
            return create(products, **options)

        with mock.patch.object(Product.objects, "bulk_create", create_after_the_other):
            result = self.import_rows(EMMA, "B,,,,1,,,,")
        self.assertEqual((result.products_created, result.errors), (2, []))
