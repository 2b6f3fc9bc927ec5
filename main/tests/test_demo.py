"""The demo shop: its catalogue, its drawn pictures, and the command that loads them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from tempfile import TemporaryDirectory
from unittest.mock import patch

from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase, override_settings, tag
from PIL import Image
from stdnum import isbn as isbn_numbers

from main.demo.catalogue import GOODS, SUBJECTS, CatalogueRow, read_catalogue
from main.demo.people import PASSWORD, PEOPLE
from main.demo.pictures import HEIGHT, PARTS, WIDTH, DrawnRow, draw_picture, draw_rows
from main.demo.pictures.design import LAYOUTS, design_of
from main.demo.pictures.pages import barcode
from main.demo.pictures.typesetting import BOLD, set_title, split_title, width_of
from main.models import (
    Address,
    Order,
    OrderLine,
    Product,
    ProductImage,
    ProductTag,
    User,
)
from main.models.languages import language_code
from main.models.product_images import covers

FEW = 3
COUNTED = (User, EmailAddress, Address, Product, ProductTag, ProductImage, Order, OrderLine)


@tag("once")
class CatalogueTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = read_catalogue()

    def test_there_are_more_than_forty_classics_and_two_goods(self):
        books = [row for row in self.rows if row.is_book]
        self.assertGreaterEqual(len(books), 42)
        self.assertEqual(len(self.rows) - len(books), 2)
        self.assertTrue(all(row.authors and -1000 < int(row.year) < 1930 for row in books))

    def test_every_isbn_is_valid_and_there_once(self):
        isbns = [row.isbn for row in self.rows if row.isbn]
        self.assertGreater(len(isbns), 20)
        self.assertTrue(all(len(isbn) == 13 and isbn_numbers.is_valid(isbn) for isbn in isbns))
        self.assertEqual(len(set(isbns)), len(isbns))

    def test_every_product_is_described_and_known_by_words_of_its_own(self):
        for texts in (
            {row.description for row in self.rows},
            {row.key for row in self.rows},
            {(row.name, row.authors) for row in self.rows},
        ):
            self.assertEqual(len(texts), len(self.rows))
        self.assertTrue(all(80 < len(row.description) < 400 for row in self.rows))

    def test_every_tag_is_a_described_subject_or_a_language(self):
        tags = {tag for row in self.rows for tag in row.cells["tags"].split("|")}
        self.assertEqual({tag for tag in tags if not language_code(tag)}, set(SUBJECTS))
        self.assertTrue(all(row.subjects for row in self.rows))

    def test_some_are_sold_out_and_some_nearly(self):
        stocks = [int(row.cells["stock"]) for row in self.rows]
        self.assertGreaterEqual(sum(stock == 0 for stock in stocks), 2)
        self.assertGreaterEqual(sum(1 <= stock <= 3 for stock in stocks), 3)


@tag("once")
class PictureTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = read_catalogue()

    def test_every_part_of_a_book_and_of_the_goods_has_one_size(self):
        goods = [row for row in self.rows if not row.is_book]
        for row in (*goods, self.rows[-1]):
            for part in PARTS:
                self.assertEqual(draw_picture(row, part).size, (WIDTH, HEIGHT), (row.key, part))

    def test_every_layout_can_be_drawn_and_is_used(self):
        by_layout = {design_of(row).layout: row for row in self.rows if row.is_book}
        self.assertEqual(set(by_layout), set(LAYOUTS))
        for row in by_layout.values():
            # A board of one colour only would mean that nothing was drawn on it.
            self.assertGreater(len(draw_picture(row, "cover").getcolors(maxcolors=10**6)), 20)

    def test_a_picture_is_the_same_whenever_it_is_drawn(self):
        row = self.rows[-1]
        for part in PARTS:
            first, second = draw_picture(row, part), draw_picture(row, part)
            self.assertEqual(first.tobytes(), second.tobytes(), part)

    def test_books_look_different(self):
        drawn = {draw_picture(row, "cover").tobytes() for row in self.rows[2:8]}
        self.assertEqual(len(drawn), 6)

    def test_all_widths_come_with_the_original(self):
        (drawn,) = draw_rows(self.rows[-1:], widths=[200, 600])
        for part in PARTS:
            sizes = {width: Image.open(BytesIO(file)) for width, file in drawn.files[part].items()}
            self.assertEqual(
                {width: image.size for width, image in sizes.items()},
                {200: (200, 300), 600: (600, 900), 800: (800, 1200)},
            )
            self.assertEqual({image.format for image in sizes.values()}, {"WEBP"})

    def test_a_long_title_stays_in_its_box(self):
        for row in self.rows:
            title, _ = split_title(row.name)
            setting = set_title(title, BOLD, (420, 300))
            self.assertLessEqual(setting.height, 300)
            self.assertGreater(setting.size, 24, row.name)
            for line in setting.lines:
                self.assertLessEqual(width_of(line, BOLD, setting.size), 428, line)

    def test_a_subtitle_is_parted_from_its_title(self):
        self.assertEqual(split_title("Moby-Dick; or, The Whale"), ("Moby-Dick", "or, The Whale"))
        self.assertEqual(split_title("A Boat (And a Dog)"), ("A Boat", "And a Dog"))
        self.assertEqual(split_title("Emma"), ("Emma", ""))

    def test_the_barcode_spells_the_isbn(self):
        # Worked out by hand from ISO/IEC 15420 for 9780141439518.
        left = "0111011 0001001 0100111 0011001 0011101 0011001"
        right = "1011100 1000010 1110100 1001110 1100110 1001000"
        wanted = f"101 {left} 01010 {right} 101".replace(" ", "")
        image = barcode("9780141439518").convert("L")
        read = "".join("1" if image.getpixel((36 + 2 * x, 80)) < 128 else "0" for x in range(95))
        self.assertEqual(read, wanted)


@cache
def _drawn(key: str, widths: tuple[int, ...]) -> DrawnRow:
    (row,) = (row for row in read_catalogue() if row.key == key)
    (drawn,) = draw_rows([row], widths=widths)
    return drawn


def draw_rows_once(rows: Sequence[CatalogueRow], *, widths: Sequence[int]) -> Iterator[DrawnRow]:
    """What draw_rows gives; the tests load the same few again and again."""
    for row in rows:
        yield _drawn(row.key, tuple(widths))


@override_settings(DEBUG=True)
@tag("once")
class LoadDemoTests(TestCase):
    def setUp(self):
        media = TemporaryDirectory()
        self.addCleanup(media.cleanup)
        self.enterContext(override_settings(MEDIA_ROOT=media.name))
        self.enterContext(patch("main.demo.shelves.draw_rows", draw_rows_once))

    def load(self, products: int = FEW) -> str:
        out = StringIO()
        with self.captureOnCommitCallbacks(execute=True):
            call_command("load_demo", products=products, stdout=out)
        return out.getvalue()

    @staticmethod
    def counts() -> dict[str, int]:
        return {model.__name__: model.objects.count() for model in COUNTED}

    @override_settings(DEBUG=False)
    def test_it_refuses_outside_development(self):
        with self.assertRaisesMessage(CommandError, "only when DEBUG is on"):
            self.load()
        self.assertEqual(set(self.counts().values()), {0})

    def test_a_second_run_makes_nothing(self):
        self.assertIn(f"{FEW} products with 3 pictures each, 8 accounts", self.load())
        before = self.counts()
        self.assertEqual(before["ProductImage"], FEW * 3)
        said = self.load()
        self.assertEqual(self.counts(), before)
        self.assertIn("0 subjects, 0 products", said)

    def test_products_are_shelved_with_their_tax_and_pictures(self):
        self.load()
        row = read_catalogue()[FEW - 1]
        book = Product.objects.get(name=row.name)
        self.assertEqual(book.language, language_code(row.cells["tags"].split("|")[-1]))
        self.assertEqual(book.tax_rate, Decimal("0.00"))
        goods = ProductTag.objects.get(name=GOODS).products
        self.assertEqual({good.tax_rate for good in goods.all()}, {Decimal("20.00")})
        for picture in ProductImage.objects.all():
            self.assertEqual((picture.width, picture.height), (WIDTH, HEIGHT))
            self.assertTrue(covers().exists(picture.image.name))
            for rendition in picture.image.get_picture_files_list():
                self.assertTrue(covers().exists(rendition.name), rendition.name)

    def test_every_subject_has_its_description(self):
        self.load()
        described = dict(ProductTag.objects.values_list("name", "description"))
        self.assertEqual(described, SUBJECTS)

    def test_what_people_changed_stays(self):
        self.load()
        book = Product.objects.get(name=read_catalogue()[FEW - 1].name)
        Product.objects.filter(pk=book.pk).update(name="Renamed", price="1.23", isbn=None)
        ProductTag.objects.filter(name=GOODS).update(description="Other words.")
        reader = User.objects.get(email="reader@booktime.example")
        reader.set_password("another-password")
        reader.save()
        before = self.counts()
        self.load()
        self.assertEqual(self.counts(), before)
        book.refresh_from_db()
        self.assertEqual((book.name, book.price), ("Renamed", Decimal("1.23")))
        self.assertEqual(ProductTag.objects.get(name=GOODS).description, "Other words.")
        reader.refresh_from_db()
        self.assertTrue(reader.check_password("another-password"))

    def test_a_lost_picture_file_is_drawn_again(self):
        self.load()
        picture = ProductImage.objects.first()
        covers().delete(picture.image.name)
        before = self.counts()
        self.load()
        self.assertTrue(covers().exists(picture.image.name))
        self.assertEqual(self.counts(), before)

    def test_people_can_sign_in_as_what_they_are(self):
        self.load()
        for person in PEOPLE:
            if person.is_guest:
                self.assertFalse(User.objects.filter(email=person.email).exists())
                continue
            user = authenticate(username=person.email, password=PASSWORD)
            self.assertIsNotNone(user, person.email)
            address = EmailAddress.objects.get(user=user)
            self.assertTrue(address.verified and address.primary)
        owner, office, dispatch = (
            User.objects.get(email=f"{name}@booktime.example")
            for name in ("owner", "office", "dispatch")
        )
        self.assertTrue(owner.is_superuser and owner.is_staff)
        self.assertTrue(office.is_employee and not office.is_dispatcher)
        self.assertTrue(dispatch.is_dispatcher and not dispatch.is_employee)
