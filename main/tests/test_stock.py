"""The stock by its one writer: taken, given back, counted, listed; and books changed beside it."""

from decimal import Decimal

from django.db import transaction
from django.test import TestCase

from main.actions import stock
from main.actions.catalogue import add_product, change_product
from main.errors import CountRefused
from main.models import Product
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    ProductTagFactory,
)


def last_change(book: Product) -> tuple[list[tuple[str, object, object]], str | None]:
    """What the newest row of its history changed, and why."""
    newest = book.history.first()
    changes = newest.diff_against(newest.prev_record).changes
    told = [(change.field, change.old, change.new) for change in changes]
    return told, newest.history_change_reason


class TakenTests(TestCase):
    def setUp(self) -> None:
        self.emma, self.walden = ProductFactory(stock=10), ProductFactory(stock=3)
        basket = BasketFactory()
        self.lines = [
            BasketLineFactory(basket=basket, product=self.emma, quantity=4),
            BasketLineFactory(basket=basket, product=self.walden, quantity=3),
        ]

    def assert_stock(self, *expected: int) -> None:
        found = Product.objects.in_bulk([self.emma.pk, self.walden.pk])
        self.assertEqual((found[self.emma.pk].stock, found[self.walden.pk].stock), expected)

    def test_what_is_taken_is_given_back_with_its_reasons(self) -> None:
        with transaction.atomic():
            products = Product.objects.locked().in_bulk([self.emma.pk, self.walden.pk])
            stock.take(lines=self.lines, products=products, reason="Sold")
        self.assert_stock(6, 0)
        self.assertEqual(last_change(self.walden), ([("stock", 3, 0)], "Sold"))
        stock.put_back(lines=self.lines, reason="Came back")
        self.assert_stock(10, 3)
        self.assertEqual(last_change(self.emma), ([("stock", 6, 10)], "Came back"))

    def test_two_lines_of_one_book_take_both(self) -> None:
        stock.put_back(lines=[self.lines[0], self.lines[0]], reason="Came back")
        self.assert_stock(18, 3)

    def test_of_nothing_nothing_is_written(self) -> None:
        before = Product.history.count()
        with self.assertNumQueries(0):
            stock.take(lines=[], products={}, reason="Sold")
            stock.set_listed(copies=[], reason="Imported")
        self.assertEqual(Product.history.count(), before)


class CountedTests(TestCase):
    """The page showed 10 copies; 3 were sold since."""

    def setUp(self) -> None:
        self.book = ProductFactory(stock=7, price=Decimal("5.00"))

    def count(self, counted: int, *, seen: int = 10, after: int = 0, **values: object) -> Product:
        count = stock.Count(counted=counted, seen=seen, after=after)
        return change_product(product_id=self.book.pk, values=values, count=count)

    def assert_refused(self, sentence: str, counted: int, **known: int) -> None:
        before, kept = Product.objects.values().get(), Product.history.count()
        with self.assertRaisesMessage(CountRefused, sentence), transaction.atomic():
            self.count(counted, price=Decimal("6.00"), **known)
        self.assertEqual((Product.objects.values().get(), Product.history.count()), (before, kept))

    def test_what_was_sold_meanwhile_stays_sold(self) -> None:
        self.assertEqual(self.count(12).stock, 9)
        self.assertEqual(last_change(self.book), ([("stock", 7, 9)], "Counted"))

    def test_more_cannot_be_gone_than_there_are(self) -> None:
        self.assertEqual(self.count(3).stock, 0)
        self.book.refresh_from_db()
        known = stock.last_count(product_id=self.book.pk)
        sentence = "There are 0 copies now, not 10. Reload the page and count again."
        self.assert_refused(sentence, 9, after=known)

    def test_a_count_of_before_another_is_refused(self) -> None:
        self.count(12)
        sentence = "The copies were counted since you opened the page: there are 9. "
        self.assert_refused(sentence, 12)
        self.assertEqual(self.count(9, seen=9, after=0).stock, 9)  # that counts nothing
        self.assertEqual(self.count(8, seen=9, after=self.newest()).stock, 8)

    def newest(self) -> int:
        return stock.last_count(product_id=self.book.pk)

    def test_what_changes_beside_it_is_one_change_in_the_history(self) -> None:
        before = self.book.history.count()
        self.count(12, price=Decimal("6.00"))
        changes = [("price", Decimal("5.00"), Decimal("6.00")), ("stock", 7, 9)]
        self.assertEqual(last_change(self.book), (changes, "Counted"))
        self.assertEqual(self.book.history.count(), before + 1)


class ChangedBookTests(TestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(stock=7, price=Decimal("5.00"))

    def test_the_stock_is_no_value_to_set(self) -> None:
        with self.assertRaisesMessage(ValueError, "Stock cannot be set: count the copies instead."):
            change_product(product_id=self.book.pk, values={"price": 6, "stock": 9})
        self.book.refresh_from_db()
        self.assertEqual((self.book.stock, self.book.price), (7, Decimal("5.00")))

    def test_what_others_changed_meanwhile_stays(self) -> None:
        Product.objects.update(stock=2, price="9.99")
        changed = change_product(product_id=self.book.pk, values={"year": 1815})
        self.assertEqual((changed.stock, changed.year), (2, 1815))
        self.assertEqual(last_change(self.book)[1], None)
        self.book.refresh_from_db()
        self.assertEqual((self.book.stock, self.book.price), (2, Decimal("9.99")))

    def test_its_subjects_are_told_of_in_the_history(self) -> None:
        old, new = ProductTagFactory(name="Novels"), ProductTagFactory(name="Classics")
        self.book.tags.add(old)
        for _ in "twice":
            change_product(product_id=self.book.pk, values={}, subjects=[new])
        self.assertEqual(list(self.book.tags.all()), [new])
        reasons = list(self.book.history.values_list("history_change_reason", flat=True))
        self.assertEqual(reasons, ["Subjects: Novels → Classics", None])

    def test_a_new_book_begins_with_its_copies_and_has_no_second_beginning(self) -> None:
        book = add_product(product=Product(name="Walden", price=Decimal("4.00")), copies=3)
        self.assertEqual((Product.objects.get(pk=book.pk).stock, book.history.count()), (3, 1))
        with self.assertRaisesMessage(
            ValueError, "This book already has stock: count the copies instead."
        ):
            stock.set_first(product=book, copies=9)
        self.assertEqual(book.stock, 3)


class ListedTests(TestCase):
    def test_a_list_sets_the_figure_and_says_so(self) -> None:
        book, other = ProductFactory(stock=7), ProductFactory(stock=1)
        before = book.updated_at
        with transaction.atomic():
            held = Product.objects.locked().get(pk=book.pk)
            stock.set_listed(copies=[(held, 4)], reason="Imported")
        self.assertEqual(last_change(book), ([("stock", 7, 4)], "Imported"))
        book.refresh_from_db()
        self.assertGreater(book.updated_at, before)
        self.assertEqual((book.stock, Product.objects.get(pk=other.pk).stock), (4, 1))
        self.assertEqual(Product.objects.count(), 2)
