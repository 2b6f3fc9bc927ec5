"""Importing a supplier's list: what is taken over, what is refused, and doing it again."""

import io
import tempfile
import threading
from decimal import Decimal
from pathlib import Path
from unittest import mock

from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import (
    SimpleTestCase,
    TestCase,
    TransactionTestCase,
    override_settings,
    skipUnlessDBFeature,
)
from django.utils import timezone
from PIL import Image

from main.actions import import_books as import_books_module
from main.actions.import_books import RowError, import_books
from main.gateways.book_lists import MOST_LINES_OF_A_ROW
from main.models import Product, ProductImage, ProductTag

COLUMNS = "name,description,tags,image_filename,price,isbn,authors,year,stock"
LATEST_YEAR = timezone.localdate().year + 5
EMMA = "Emma,Matchmaking.,novels|top-rated|english,,8.49,9780141439587,Jane Austen,1815,7"
LONG_DESCRIPTION = 'Moby-Dick,"First line.\nSecond line.\nThird, last.",novels,,9.00,,,,'

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
    "Negative price,,,,-1.00,,,,": "price “-1.00” must be more than nothing",
    "Free,,,,0.00,,,,": "price “0.00” must be more than nothing",
    "Fractions,,,,8.499,,,,": "price “8.499” has more than two decimal places",
    "Dear,,,,1000000,,,,": "price “1000000” is more than 999999.99",
    "Check digit,,,,5.00,9780141439588,,,": (
        "isbn “9780141439588” is not an ISBN: its check digit does not fit"
    ),
    "Letters,,,,5.00,978014143958A,,,": (
        "isbn “978014143958A” is not an ISBN: it may have digits and hyphens only"
    ),
    "Rounded,,,,5.00,9.78014E+12,,,": (
        "isbn “9.78014E+12” is not an ISBN: it must have ten or thirteen digits"
    ),
    "Short,,,,5.00,978014143,,,": (
        "isbn “978014143” is not an ISBN: it must have ten or thirteen digits"
    ),
    "Other goods,,,,5.00,4006381333931,,,": (
        "isbn “4006381333931” is not an ISBN: thirteen digits begin with 978 or 979"
    ),
    "Owed,,,,5.00,,,,-1": "stock “-1” is less than nothing",
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
        "image “words.png” is not a picture (JPEG, PNG, WEBP, GIF) that can be read"
    ),
    "Half a picture,,,half.png,5.00,,,,": (
        "image “half.png” is not a picture (JPEG, PNG, WEBP, GIF) that can be read"
    ),
    "Elsewhere,,,../secret.png,5.00,,,,": "image “../secret.png” is outside the folder of images",
    "Root,,,/etc/passwd,5.00,,,,": "image “/etc/passwd” is outside the folder of images",
    "A link,,,link.png,5.00,,,,": "image “link.png” is outside the folder of images",
    f"Tag,,{'t' * 65},,5.00,,,,": "tag is too long: 65 characters instead of 64",
    "NUL,A \0 inside.,,,5.00,,,,": "it holds a NUL character",
    b"Caf\xe9,Latin-1.,,,5.00,,,,": "it is not UTF-8 text",
    'Open,"never closed,,,5.00,,,,': "a quote is opened and not closed",
    'Stray,"an "inner" quote",,,5.00,,,,': (
        "a quote stands inside a quoted cell; it must be doubled"
    ),
    f"Endless,{'e' * 131073},,,5.00,,,,": "a cell is longer than 131072 characters",
    "Sense and Sensibility,,,,5.00,9780141439587,The Same Lady,,": (
        "isbn 9780141439587 is that of “Emma” by Jane Austen"
    ),
    "Emma,,,,9.49,9780141439587,Jane Austen,1815,7": (
        "it contradicts line 2, about the same book, in price"
    ),
}  # fmt: skip


class ListCase(SimpleTestCase):
    """A folder for the list and its images, and another one as the shop's media."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.images = self.folder / "images"
        self.images.mkdir()
        media = override_settings(MEDIA_ROOT=self.folder / "media")
        media.enable()
        self.addCleanup(media.disable)

    def write(self, *rows: str | bytes, columns: str = COLUMNS) -> Path:
        lines = [row if isinstance(row, bytes) else row.encode() for row in (columns, *rows)]
        path = self.folder / "books.csv"
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    def draw(self, name: str, colour: str = "navy") -> Path:
        path = self.images / name
        Image.new("RGB", (420, 600), colour).save(path)
        return path

    def import_rows(self, *rows: str | bytes, columns: str = COLUMNS, **options):
        return import_books(
            csv_path=self.write(*rows, columns=columns), image_basedir=self.images, **options
        )

    def run_command(self, *arguments: object) -> tuple[int, str, str]:
        """Exit status, standard output and error output."""
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command("import_data", *map(str, arguments), stdout=out, stderr=err)
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return status, out.getvalue(), err.getvalue()


class ImportTestCase(ListCase, TestCase):
    pass


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
        self.import_rows("A,,,,1,978-0-14-143951-8,,,", "B,,,,1,0-8044-2957-x,,,")
        self.assertEqual(
            list(Product.objects.values_list("name", "isbn")),
            [("A", "9780141439518"), ("B", "9780804429573")],
        )

    def test_byte_order_mark_windows_line_ends_and_empty_lines_are_tolerated(self):
        path = self.folder / "books.csv"
        path.write_bytes(f"\ufeff{COLUMNS}\r\n\r\n{EMMA}\r\n,,,,,,,,\r\n".encode())
        result = import_books(csv_path=path, image_basedir=self.images)
        self.assertEqual((result.products, result.errors), (1, []))

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


class PictureTests(ImportTestCase):
    def test_a_picture_is_stored_with_its_renditions_and_described(self):
        self.draw("emma.png")
        with self.captureOnCommitCallbacks(execute=True):
            self.import_rows(EMMA.replace(",,8.49", ",emma.png,8.49"))
        image = ProductImage.objects.get()
        self.assertEqual((image.alt, image.position), ("Cover of Emma", 0))
        self.assertEqual((image.width, image.height), (420, 600))
        self.assertRegex(image.image.name, r"^product-images/emma-9780141439587-[0-9a-f]{16}\.png$")
        self.assertTrue(default_storage.exists(image.image.name.replace(".png", "/400w.webp")))

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
        self.assertEqual(default_storage.listdir("product-images")[1], [])


class BrokenRowTests(ImportTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.images / "words.png").write_text("These are words.")
        (self.folder / "secret.png").write_bytes(self.draw("whole.png").read_bytes())
        (self.images / "half.png").write_bytes((self.images / "whole.png").read_bytes()[:400])
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
                self.assertEqual(result.errors, [RowError(2, "a quote is opened and not closed")])
                self.assertEqual(Product.objects.count(), len(following))

    def test_what_only_the_database_refuses_costs_no_other_row(self):
        create = Product.objects.bulk_create

        def refuse_emma(products, **options):
            if any(product.name == "Emma" for product in products):
                raise IntegrityError("no\nEmma")
            return create(products, **options)

        with mock.patch.object(Product.objects, "bulk_create", refuse_emma):
            result = self.import_rows("A,,,,1,,,,", EMMA, "B,,,,1,,,,")
        self.assertEqual(result.errors, [RowError(3, "the database refuses it: no Emma")])
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
            ("name;price;tags", "The first line names no column name, description, tags, image"),
            (COLUMNS.replace("price", "cost"), "The first line names no column price; it must"),
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
