"""Importing a supplier's list: what is taken over, and doing it again."""

import io
import threading
from decimal import Decimal
from unittest import mock

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import (
    TransactionTestCase,
    skipUnlessDBFeature,
)

from main.actions import import_books as import_books_module
from main.actions.import_books import RowError, import_books
from main.models import Product, ProductImage, ProductTag
from main.tests.support.import_case import (
    COLUMNS,
    EMMA,
    ImportTestCase,
    ListCase,
)


class TakeOverTests(ImportTestCase):
    def test_every_column_arrives(self):
        result = self.import_rows(EMMA)
        emma = Product.objects.get()
        self.assertEqual(
            (emma.name, emma.description, emma.price, emma.isbn, emma.authors, emma.year),
            ("Emma", "Matchmaking.", Decimal("8.49"), "9780141439587", "Jane Austen", 1815),
        )
        self.assertEqual((emma.stock, emma.language, emma.active), (7, "eng", True))
        self.assertEqual(emma.slug, "emma-9780141439587")
        self.assertEqual(
            list(emma.tags.values_list("name", "slug")),
            [("Novels", "novels"), ("Top rated", "top-rated")],
        )
        self.assertEqual((result.products, result.products_created), (1, 1))
        self.assertEqual((result.tags, result.tags_created, result.images), (2, 2, 0))
        self.assertEqual(result.errors, [])

    def test_columns_stand_in_any_order_and_the_later_ones_may_be_absent(self):
        self.import_rows(
            "3.50,,Walden,,,a publisher", columns="PRICE,tags, Name ,description,image_filename,x"
        )
        walden = Product.objects.get()
        self.assertEqual((walden.name, walden.price), ("Walden", Decimal("3.50")))
        self.assertEqual((walden.isbn, walden.year, walden.stock), (None, None, 0))

    def test_isbns_are_taken_with_hyphens_and_of_ten_digits(self):
        self.import_rows(
            "A,,,,1,978-0-14-143951-8,,,",
            "B,,,,1,0-8044-2957-x,,,",
            "C,,,,1,ISBN 978\xad0141\u200b439587\u200e,,,",
        )
        self.assertEqual(
            list(Product.objects.values_list("name", "isbn")),
            [("A", "9780141439518"), ("B", "9780804429573"), ("C", "9780141439587")],
        )

    def test_byte_order_mark_windows_line_ends_and_empty_lines_are_tolerated(self):
        path = self.folder / "books.csv"
        path.write_bytes(f"\ufeff{COLUMNS}\r\n\r\n{EMMA}\r\n,,,,,,,,\r\n".encode())
        result = import_books(csv_path=path, image_basedir=self.images)
        self.assertEqual((result.products, result.errors), (1, []))

    def test_what_only_looks_like_a_language_stays_a_subject(self):
        self.import_rows("A,,IT|novels|de|Greek|ger,,1,,,,", "B,,ALL,,1,,,,")
        book = Product.objects.get()
        self.assertEqual(book.language, "ger")
        self.assertEqual({tag.name for tag in book.tags.all()}, {"IT", "Novels", "Greek"})

    def test_languages_become_the_language_and_no_subject(self):
        self.import_rows(
            "A,,fre,,1,,,,", "B,,German|poetry,,1,,,,", "C,,language-unknown,,1,,,,", "D,,en,,1,,,,"
        )
        self.assertEqual(
            list(Product.objects.values_list("name", "language")),
            [("A", "fre"), ("B", "ger"), ("C", ""), ("D", "eng")],
        )
        self.assertEqual(list(ProductTag.objects.values_list("name", flat=True)), ["Poetry"])

    def test_tags_are_shelved_once_and_keep_their_writing(self):
        self.import_rows("A,,Children's| Sci-fi |sci-fi||1990s|شعر,,1,,,,")
        self.assertEqual(
            list(Product.objects.get().tags.order_by("slug").values_list("name", "slug")),
            [
                ("1990s", "1990s"),
                ("Children's", "childrens"),
                ("Sci-fi", "sci-fi"),
                ("شعر", "subject-9e12bcbb"),
            ],
        )

    def test_formulas_markup_and_long_titles_are_just_text(self):
        name = "=HYPERLINK(0) <script> %s {} " + "x" * 200
        self.import_rows(f"{name},@SUM(1),,,1,,,-750,")
        book = Product.objects.get()
        self.assertEqual((book.name, book.description, book.year), (name, "@SUM(1)", -750))

    def test_two_editions_of_one_name_are_two_books(self):
        self.import_rows(
            "Emma,,,,1,9780141439587,Jane Austen,,", "Emma,,,,2,9780141439518,Jane Austen,,"
        )
        self.assertEqual(Product.objects.count(), 2)


class RepeatTests(ImportTestCase):
    def test_a_second_run_creates_and_rewrites_nothing(self):
        self.draw("emma.png")
        rows = (EMMA.replace(",,8.49", ",emma.png,8.49"), "Walden,,poetry,,3.50,,H. D. Thoreau,,")
        self.import_rows(*rows)
        before = list(Product.objects.values())
        result = self.import_rows(*rows)
        self.assertEqual((result.products, result.products_created), (2, 0))
        self.assertEqual((result.products_updated, result.tags_created, result.images), (0, 0, 1))
        self.assertEqual(list(Product.objects.values()), before)
        self.assertEqual(ProductImage.objects.count(), 1)

    def test_the_list_brings_a_book_up_to_date(self):
        self.import_rows(EMMA)
        created_at = Product.objects.get().created_at
        result = self.import_rows("Emma,New words.,comedy,,9.99,9780141439587,Austen,1816,50")
        emma = Product.objects.get()
        self.assertEqual((result.products_created, result.products_updated), (0, 1))
        self.assertEqual(
            (emma.description, emma.price, emma.authors, emma.year),
            ("New words.", Decimal("9.99"), "Austen", 1816),
        )
        self.assertEqual(
            set(emma.tags.values_list("slug", flat=True)), {"novels", "top-rated", "comedy"}
        )
        self.assertEqual((emma.slug, emma.created_at), ("emma-9780141439587", created_at))
        self.assertGreater(emma.updated_at, created_at)

    def test_copies_sold_since_do_not_come_back(self):
        self.import_rows(EMMA)
        Product.objects.update(stock=2)
        self.import_rows(EMMA)
        self.assertEqual(Product.objects.get().stock, 2)
        self.import_rows(EMMA, update_stock=True)
        self.assertEqual(Product.objects.get().stock, 7)

    def test_an_empty_cell_changes_nothing_and_staff_decide_what_is_shown(self):
        self.import_rows(EMMA)
        Product.objects.update(active=False)
        self.import_rows("Emma,,,,8.49,9780141439587,Jane Austen,,")
        emma = Product.objects.get()
        self.assertEqual((emma.description, emma.year, emma.stock), ("Matchmaking.", 1815, 7))
        self.assertEqual((emma.language, emma.tags.count(), emma.active), ("eng", 2, False))

    def test_a_book_without_isbn_learns_it(self):
        self.import_rows("Emma,,,,8.49,,Jane Austen,,")
        self.import_rows("Emma,,,,8.49,9780141439587,Jane Austen,,")
        self.assertEqual(Product.objects.get().isbn, "9780141439587")
        self.import_rows("Emma,,,,8.49,,Jane Austen,,")
        self.assertEqual(Product.objects.get().isbn, "9780141439587")

    def test_a_title_that_staff_corrected_stays_and_is_not_imported_anew(self):
        self.import_rows("Ema,,,,8.49,,Jane Austen,,")
        Product.objects.update(name="Emma")
        result = self.import_rows("Ema,,,,9.49,,Jane Austen,,")
        self.assertEqual((result.products_created, result.errors), (0, []))
        emma = Product.objects.get()
        self.assertEqual((emma.name, emma.price), ("Emma", Decimal("9.49")))

    def test_a_row_without_isbn_does_not_guess_between_editions(self):
        self.import_rows(
            "Emma,,,,1,9780141439587,Jane Austen,,", "Emma,,,,2,9780141439518,Jane Austen,,"
        )
        result = self.import_rows("Emma,,,,3,,Jane Austen,,")
        reason = "the shop has 2 editions of this book; it needs an ISBN"
        self.assertEqual(result.errors, [RowError(2, reason)])
        self.assertEqual(
            set(Product.objects.values_list("price", flat=True)), {Decimal(1), Decimal(2)}
        )

    def test_the_same_row_twice_is_one_book(self):
        result = self.import_rows(EMMA, EMMA)
        self.assertEqual((result.products, result.products_created), (2, 1))
        self.assertEqual(result.errors, [])

    def test_a_contradiction_is_found_across_batches(self):
        with mock.patch.object(import_books_module, "BATCH", 1):
            result = self.import_rows(EMMA, "Walden,,,,1,,,,", EMMA.replace("8.49", "1.00"))
        reason = "it contradicts line 2, about the same book, in price"
        self.assertEqual(result.errors, [RowError(4, reason)])
        self.assertEqual(Product.objects.get(name="Emma").price, Decimal("8.49"))


class AtOnceTests(ListCase, TransactionTestCase):
    # SQLite has one writer at a time: the second import waits for each batch of the first.
    @skipUnlessDBFeature("has_select_for_update")
    def test_two_imports_of_one_list_double_nothing(self):
        rows = [f"Book {n},,novels|tag {n % 7},,5.00,,Someone,," for n in range(200)]
        path = self.write(*rows)
        results = []

        def import_list() -> None:
            try:
                results.append(import_books(csv_path=path, image_basedir=self.images))
            finally:
                connection.close()

        with mock.patch.object(import_books_module, "BATCH", 20):
            threads = [threading.Thread(target=import_list) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual([(r.products, r.errors) for r in results], [(200, [])] * 3)
        self.assertEqual(sum(r.products_created for r in results), 200)
        self.assertEqual((Product.objects.count(), ProductTag.objects.count()), (200, 8))
        self.assertEqual(Product.tags.through.objects.count(), 400)


class CommandTests(ImportTestCase):
    def test_it_says_what_it_did(self):
        self.draw("emma.png")
        path = self.write(EMMA.replace(",,8.49", ",emma.png,8.49"), "Walden,,novels,,3.50,,,,")
        expected = (
            "Importing products\nProducts processed=2 (created={})\n"
            "Tags processed=3 (created={})\nImages processed=1\n"
        )
        self.assertEqual(self.run_command(path, self.images), (0, expected.format(2, 2), ""))
        self.assertEqual(self.run_command(path, self.images), (0, expected.format(0, 0), ""))

    def test_a_bad_row_shows_in_the_exit_status(self):
        status, out, err = self.run_command(self.write(EMMA, "Walden,,,,free,,,,"), self.images)
        self.assertEqual(status, 1)
        self.assertEqual(err, "line 3: price “free” is not a number like 8.49\n")
        self.assertEqual(
            out,
            "Importing products\nProducts processed=1 (created=1)\n"
            "Tags processed=2 (created=2)\nImages processed=0\n",
        )

    def test_a_list_without_rows_is_no_fault(self):
        status, out, _ = self.run_command(self.write(), self.images)
        self.assertEqual(status, 0)
        self.assertTrue(out.endswith("Images processed=0\n"))

    def test_what_is_no_list_is_one_clear_line(self):
        missing, empty = self.folder / "missing.csv", self.folder / "empty.csv"
        empty.touch()
        for arguments, message in (
            ((missing, self.images), f"{missing}: No such file or directory."),
            ((self.images, self.images), f"{self.images}: Is a directory."),
            ((empty, self.images), "The file is empty."),
            ((self.write(), missing), f"{missing}: There is no such folder of images."),
        ):
            with self.subTest(message), self.assertRaisesMessage(CommandError, message):
                self.run_command(*arguments)

    def test_wrong_columns_are_one_clear_line(self):
        for columns, message in (
            ("name|price|tags", "The first line has no column name, description, tags, image"),
            ("name;price;tags", "The first line has no column description, image_filename; it"),
            (COLUMNS.replace("price", "cost"), "The first line has no column price; it must"),
            (f"{COLUMNS},isbn", "The first line names the column isbn twice."),
            ('"name', "The first line does not name the columns."),
        ):
            with self.subTest(columns), self.assertRaisesMessage(CommandError, message):
                self.run_command(self.write(EMMA, columns=columns), self.images)
            self.assertEqual(Product.objects.count(), 0)

    def test_progress_is_shown_on_a_terminal_only(self):
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        err = Terminal()
        call_command(
            "import_data", str(self.write(EMMA)), str(self.images), stdout=io.StringIO(), stderr=err
        )
        self.assertEqual(err.getvalue(), "\r1 books\r\033[K")
