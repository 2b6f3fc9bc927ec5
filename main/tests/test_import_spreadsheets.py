"""Lists as booksellers' spreadsheets write them."""

from decimal import Decimal

from django.test import tag

from main.actions.import_books import RowError, import_books
from main.gateways.book_lists import NotABookList
from main.models import Product
from main.tests.support.import_case import COLUMNS, EMMA, ImportTestCase

SEMICOLONS, TABS = (COLUMNS.replace(",", mark) for mark in ";\t")


@tag("once")
class SpreadsheetTests(ImportTestCase):
    def import_bytes(self, content: bytes):
        Product.objects.all().delete()
        path = self.folder / "books.csv"
        path.write_bytes(content)
        return import_books(csv_path=path, image_basedir=self.images)

    def test_utf_16_is_read_with_its_mark_and_without(self) -> None:
        text = f"{TABS}\r\n" + EMMA.replace("Emma,", "Emmä,").replace(",", "\t") + "\r\n"
        for mark, encoding in (("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be"),
                               ("", "utf-16-le"), ("", "utf-16-be")):  # fmt: skip
            with self.subTest(encoding, mark=mark):
                result = self.import_bytes((mark + text).encode(encoding))
                self.assertEqual((result.products_created, result.errors), (1, []))
                emma = Product.objects.get()
                self.assertEqual((emma.name, emma.price), ("Emmä", Decimal("8.49")))

    def test_a_spreadsheets_own_file_is_told_how_to_be_a_list(self) -> None:
        for start in (b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            with self.assertRaisesMessage(NotABookList, "export it as “CSV UTF-8”."):
                self.import_bytes(start + b"\0" * 60)
            self.assertEqual(Product.objects.count(), 0)

    def test_half_a_character_spoils_its_own_row_only(self) -> None:
        text = f"\ufeff{COLUMNS}\n{EMMA}\nWalden,,,,1,,,,"
        result = self.import_bytes(text.encode("utf-16-le") + b"x")
        reason = "it is not UTF-8 text: save the list as “CSV UTF-8”"
        self.assertEqual(result.errors, [RowError(3, reason)])
        self.assertEqual(Product.objects.get().name, "Emma")

    def test_semicolons_and_tabs_separate_and_quoted_cells_may_hold_them(self) -> None:
        for mark in ";\t":
            cells = [f'"Emma{mark}again"', "One, two", "", "", "8.49", "", "", "", ""]
            text = COLUMNS.replace(",", mark) + "\n" + mark.join(cells)
            result = self.import_bytes(text.encode())
            self.assertEqual((result.products_created, result.errors), (1, []))
            book = Product.objects.get()
            self.assertEqual(book.name, {";": "Emma;again", "\t": "Emma again"}[mark])
            self.assertEqual(book.description, "One, two")

    def test_a_line_that_names_the_separator_is_no_row(self) -> None:
        for first, mark in (("sep=;", ";"), ('"sep=;"', ";"), ("SEP=\t", "\t"), ("sep=,", ",")):
            rows = f"{COLUMNS}\r\n{EMMA}\r\nWalden,,,,free,,,,".replace(",", mark)
            result = self.import_bytes(f"{first}\r\n{rows}\r\n".encode())
            error = RowError(4, "price “free” is not a number like 8.49")
            self.assertEqual((result.products_created, result.errors), (1, [error]), first)

    def test_such_lists_write_decimal_commas(self) -> None:
        for text, price in {
            "8,49": "8.49", "8": "8", "8,5": "8.50", "8.49": "8.49", "1.234,50": "1234.50",
            "1 234,50": "1234.50", "1\u202f234,50": "1234.50", "1\xa0234,50": "1234.50",
        }.items():  # fmt: skip
            self.import_bytes(f"{SEMICOLONS}\nA;;;;{text};;;;".encode())
            self.assertEqual(Product.objects.get().price, Decimal(price), text)

    def test_a_number_that_can_be_read_in_two_ways_is_refused(self) -> None:
        for text, reason in {
            "1.234": "has more than two decimal places",
            "12.34,5": "is not a number like 8.49",
            "1,234,50": "is not a number like 8.49",
            "8,495": "has more than two decimal places",
        }.items():
            result = self.import_bytes(f"{SEMICOLONS}\nA;;;;{text};;;;".encode())
            self.assertRegex(result.errors[0].reason, rf"price “[0-9.,]+” {reason}")
            self.assertEqual(Product.objects.count(), 0)
