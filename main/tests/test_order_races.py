"""Two of the staff, or staff and customers, at one order at once; and the same without its lock."""

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier, get_ident
from unittest import mock

from django.core import mail
from django.db import OperationalError, connection
from django.db.models.expressions import RawSQL
from django.test import TransactionTestCase, skipUnlessDBFeature

from main.actions import order_lines, orders, payments
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import ShopError
from main.models import Invoice, Order, OrderLine, Product
from main.models.orders import OrderQuerySet
from main.models.products import ProductQuerySet
from main.tests.support.checkout_case import order_basket
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

DONE = "done"
PATIENCE = 20  # seconds
# One of these is the first thing that a hand writes.
WRITES = [
    (orders, "enter_ledger"),
    (payments, "_become_paid"),
    (order_lines, "set_status"),
    (order_lines, "record_fact"),
]


class OrderRaceTestCase(TransactionTestCase):
    """Runs actions at once, each in a thread with its own connection."""

    def race(self, *hands: Callable[[], object]) -> list[str]:
        """What came of each: DONE, or the name of the error."""
        start = Barrier(len(hands))
        self.places: dict[int, int] = {}

        def run(place: int) -> str:
            self.places[get_ident()] = place
            try:
                start.wait(timeout=PATIENCE)
                hands[place]()
            except (ShopError, OperationalError) as error:
                return type(error).__name__
            else:
                return DONE
            finally:
                connection.close()

        with ThreadPoolExecutor(len(hands)) as pool:
            return list(pool.map(run, range(len(hands))))

    def pause(self) -> float:
        """Seconds: the hands go on one after another."""
        return 0.3 * self.places[get_ident()]


@skipUnlessDBFeature("has_select_for_update")
class OneOrderRaces(OrderRaceTestCase):
    """An order of one copy of a book that has ten left."""

    def setUp(self) -> None:
        self.line = OrderLineFactory(product__stock=10)
        self.order = self.line.order

    def pay(self) -> None:
        mark_order_paid(order_id=self.order.pk)

    def cancel(self) -> None:
        cancel_order(order_id=self.order.pk)

    def move(self, status: OrderLine.Status) -> None:
        move_order_lines(order_id=self.order.pk, line_ids=[self.line.pk], status=status)

    def race_without_lock(self, *hands: Callable[[], object]) -> list[str]:
        """Both have read, and found that they may, before one after the other writes."""
        both_have_read, have_waited = Barrier(len(hands)), set()

        def late(write):
            def wait_and_write(*args, **kwargs):
                if get_ident() not in have_waited:  # before the first that each writes
                    have_waited.add(get_ident())
                    both_have_read.wait(timeout=PATIENCE)
                    time.sleep(self.pause())
                return write(*args, **kwargs)

            return wait_and_write

        with contextlib.ExitStack() as stack:
            locked = mock.patch.object(OrderQuerySet, "locked", lambda query: query.order_by("pk"))
            stack.enter_context(locked)
            for module, name in WRITES:
                write = late(getattr(module, name))
                stack.enter_context(mock.patch.object(module, name, write))
            return self.race(*hands)

    def outcome(self) -> tuple[str, str, int, list[str]]:
        """The order, its line, the book's stock, and the documents that there are."""
        self.order.refresh_from_db()
        self.line.refresh_from_db()
        self.line.product.refresh_from_db()
        return (
            self.order.get_status_display(),
            self.line.get_status_display(),
            self.line.product.stock,
            sorted(self.order.invoices.values_list("kind", flat=True)),
        )

    # --- Eight cancel the order ---------------------------------------------------------------

    def test_cancelled_by_eight_it_is_cancelled_once(self) -> None:
        answers = self.race(*[self.cancel] * 8)
        self.assertEqual(sorted(answers), ["MoveRefused"] * 7 + [DONE])
        self.assertEqual(self.outcome(), ("cancelled", "cancelled", 11, []))

    def test_without_the_lock_two_cancel_it(self) -> None:
        answers = self.race_without_lock(self.cancel, self.cancel)
        self.assertEqual((answers, self.outcome()[2]), ([DONE, DONE], 12))

    # --- Two move the same line ---------------------------------------------------------------

    def test_a_line_cancelled_by_two_returns_once(self) -> None:
        self.pay()
        answers = self.race(*[partial(self.move, OrderLine.Status.CANCELLED)] * 2)
        self.assertEqual(answers, [DONE, DONE])
        expected = ("cancelled", "cancelled", 11, ["credit_note", "invoice"])
        self.assertEqual(self.outcome(), expected)

    def test_without_the_lock_it_returns_twice(self) -> None:
        self.pay()
        self.race_without_lock(*[partial(self.move, OrderLine.Status.CANCELLED)] * 2)
        self.assertEqual(self.outcome()[2], 12)

    def test_a_line_sent_by_two_is_told_of_once(self) -> None:
        self.pay()
        mail.outbox.clear()
        answers = self.race(*[partial(self.move, OrderLine.Status.SENT)] * 2)
        self.assertEqual((answers, len(mail.outbox)), ([DONE, DONE], 1))
        self.assertEqual(self.outcome(), ("done", "sent", 10, ["invoice"]))

    def test_without_the_lock_it_is_told_of_twice(self) -> None:
        self.pay()
        mail.outbox.clear()
        self.race_without_lock(*[partial(self.move, OrderLine.Status.SENT)] * 2)
        self.assertEqual(len(mail.outbox), 2)

    # --- Cancelled and sent -------------------------------------------------------------------

    OUTCOMES = (
        ("cancelled", "cancelled", 11, ["credit_note", "invoice"]),
        ("done", "sent", 10, ["invoice"]),
    )

    def test_it_is_cancelled_or_sent(self) -> None:
        self.pay()
        answers = self.race(self.cancel, partial(self.move, OrderLine.Status.SENT))
        self.assertEqual(sorted(answers), ["MoveRefused", DONE])
        self.assertEqual(self.outcome(), self.OUTCOMES[answers.index(DONE)])

    def test_without_the_lock_it_is_cancelled_and_sent(self) -> None:
        self.pay()
        answers = self.race_without_lock(self.cancel, partial(self.move, OrderLine.Status.SENT))
        self.assertEqual(answers, [DONE, DONE])
        self.assertNotIn(self.outcome(), self.OUTCOMES)

    # --- Paid and cancelled -------------------------------------------------------------------

    def test_paid_and_cancelled_nothing_stays_billed(self) -> None:
        answers = self.race(self.cancel, self.pay)
        paid_first = answers == [DONE, DONE]
        self.assertTrue(paid_first or answers == [DONE, "MoveRefused"], answers)
        documents = ["credit_note", "invoice"] if paid_first else []
        self.assertEqual(self.outcome(), ("cancelled", "cancelled", 11, documents))

    def test_without_the_lock_a_cancelled_order_is_paid(self) -> None:
        answers = self.race_without_lock(self.cancel, self.pay)
        self.assertEqual(answers, [DONE, DONE])
        self.assertEqual(self.outcome(), ("paid", "cancelled", 11, ["invoice"]))


@skipUnlessDBFeature("has_select_for_update")
class ManyOrdersRaces(OrderRaceTestCase):
    """Customers buy two books, in both orders, while staff cancel, pay and refund others."""

    STOCK, EACH = 40, 4

    def setUp(self) -> None:
        self.books = ProductFactory.create_batch(2, stock=self.STOCK, price=Decimal("5.00"))
        actions = []
        for turn in range(self.EACH):
            books = self.books[:: (-1) ** turn]
            unpaid, paid = self.order_of(books), self.order_of(books)
            mark_order_paid(order_id=paid.pk)
            lines = [line.pk for line in paid.lines.all()]
            actions += [
                partial(self.buy, books),
                partial(cancel_order, order_id=unpaid.pk),
                partial(move_order_lines, order_id=paid.pk, line_ids=lines[turn % 2 :],
                        status=OrderLine.Status.CANCELLED),
                partial(mark_order_paid, order_id=self.order_of(books).pk),
            ]  # fmt: skip
        self.actions = actions

    def order_of(self, books: list[Product]) -> Order:
        order = OrderFactory()
        for book in books:
            OrderLineFactory(order=order, product=book)
        return order

    def buy(self, books: list[Product]) -> None:
        basket = BasketFactory()
        for book in books:
            BasketLineFactory(basket=basket, product=book)
        order_basket(basket)

    def drift(self) -> list[int]:
        """How far the stock of each book is from what its orders say."""
        placed_before = 3 * self.EACH
        drifts = []
        for book in Product.objects.order_by("pk"):
            live = OrderLine.objects.live().filter(product=book).count()
            drifts.append(book.stock - (self.STOCK + placed_before - live))
        return drifts

    def test_none_waits_crosswise_and_the_stock_is_right(self) -> None:
        self.assertEqual(self.race(*self.actions), [DONE] * len(self.actions))
        self.assertEqual(self.drift(), [0, 0])
        notes = Invoice.objects.credit_notes()
        sequences = [sorted(kind.values_list("sequence", flat=True))
                     for kind in (Invoice.objects.invoices(), notes)]  # fmt: skip
        self.assertEqual(sequences, [[*range(1, 2 * self.EACH + 1)], [*range(1, self.EACH + 1)]])

    def test_without_the_books_lock_the_stock_is_wrong(self) -> None:
        def unlocked(query):
            """What was read is used a while later."""
            nap = RawSQL("SELECT pg_sleep(%s)::text", [0.2 + self.pause()])
            return query.order_by("pk").annotate(nap=nap)

        with mock.patch.object(ProductQuerySet, "locked", unlocked):
            self.race(*self.actions[:2])
        self.assertNotEqual(self.drift(), [0, 0])
