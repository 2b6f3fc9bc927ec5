"""The way of an order's lines: what moving them means for the order, the stock and the books."""

from decimal import Decimal
from unittest import mock

from django.test import TestCase

from main import events
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import MoveRefused
from main.models import Invoice, Order, OrderLine
from main.tests.support.factories import OrderFactory, OrderLineFactory, ProductFactory

NEW, PROCESSING, SENT, CANCELLED = OrderLine.Status


class OrderLinesTestCase(TestCase):
    """An order of three books: 1, 2 and 3 copies, at 1.00, 2.00 and 3.00; five are left of each."""

    def setUp(self) -> None:
        self.order = OrderFactory(total=Decimal("14.00"))
        self.lines = [
            OrderLineFactory(
                order=self.order, quantity=n, product__price=Decimal(n), product__stock=5
            )
            for n in (1, 2, 3)
        ]
        self.told = self.enterContext(mock.patch("main.actions.order_lines.events", spec=events))

    def move(self, status: OrderLine.Status, *places: int, **kwargs) -> Order:
        line_ids = [self.lines[place].pk for place in places]
        whoever = {"order_id": self.order.pk, "may_refund": True}
        return move_order_lines(**(whoever | kwargs), line_ids=line_ids, status=status)

    def pay(self) -> None:
        mark_order_paid(order_id=self.order.pk)

    def state(self) -> dict:
        """Everything that a refused move must leave unchanged."""
        self.order.refresh_from_db()
        lines = self.order.lines.select_related("product")
        return {
            "order": (Order.Status(self.order.status), self.order.updated_at),
            "lines": [line.status for line in lines],
            "stock": [line.product.stock for line in lines],
            "documents": self.order.invoices.count(),
            "history": (self.order.history.count(), OrderLine.history.count()),
            "told": len(self.told.mock_calls),
        }

    def assert_refused(
        self, sentence: str, status: OrderLine.Status, *places: int, **kwargs
    ) -> None:
        before = self.state()
        with self.assertRaisesMessage(MoveRefused, sentence):
            self.move(status, *places, **kwargs)
        self.assertEqual(self.state(), before)


class FollowingTests(OrderLinesTestCase):
    """DONE, PAID and CANCELLED follow the lines."""

    def test_an_order_is_done_with_its_last_line(self) -> None:
        self.pay()
        self.assertEqual(self.move(PROCESSING, 0, 1, 2).status, Order.Status.PAID)
        self.assertEqual(self.move(SENT, 0, 1).status, Order.Status.PAID)
        self.assertEqual(self.move(SENT, 2).status, Order.Status.DONE)

    def test_a_line_that_is_cancelled_holds_nothing_up(self) -> None:
        self.pay()
        self.move(SENT, 0)
        self.assertEqual(self.move(CANCELLED, 1, 2).status, Order.Status.DONE)

    def test_a_line_not_sent_after_all_opens_the_order_again(self) -> None:
        self.pay()
        self.move(SENT, 0, 1, 2)
        self.assertEqual(self.move(PROCESSING, 1).status, Order.Status.PAID)

    def test_cancelled_one_by_one_the_order_is_cancelled(self) -> None:
        for is_paid in (False, True):
            with self.subTest(paid=is_paid):
                self.setUp()
                if is_paid:
                    self.pay()
                states = [self.move(CANCELLED, place).status for place in range(3)]
                before = Order.Status.PAID if is_paid else Order.Status.NEW
                self.assertEqual(states, [before, before, Order.Status.CANCELLED])
                self.assertEqual(self.state()["stock"], [6, 7, 8])

    def test_an_unpaid_order_is_never_done(self) -> None:
        self.assert_refused("is new: ", SENT, 0, 1, 2)
        self.assert_refused("is new: ", PROCESSING, 0)
        self.assertEqual(self.move(CANCELLED, 0, 1).status, Order.Status.NEW)

    def test_the_history_has_a_row_for_each_change_and_none_for_what_stays(self) -> None:
        self.pay()
        changes = self.order.history.count()
        self.move(PROCESSING, 0)
        self.assertEqual(self.order.history.count(), changes)
        self.move(SENT, 0, 1, 2)
        self.assertEqual(self.order.history.count(), changes + 1)
        states = self.lines[0].history.values_list("status", flat=True)
        self.assertEqual(list(states), [SENT, PROCESSING, NEW])

    def test_the_order_says_when_it_last_changed(self) -> None:
        self.pay()
        self.order.refresh_from_db()
        before = self.order.updated_at
        self.assertGreater(self.move(PROCESSING, 0).updated_at, before)


class CancelledLineTests(OrderLinesTestCase):
    def test_stock_returns_once_however_often_it_is_cancelled(self) -> None:
        for _ in range(3):
            self.move(CANCELLED, 1)
        self.move(CANCELLED, 1, 2)
        self.assertEqual(self.state()["stock"], [5, 7, 8])
        cancel_order(order_id=self.order.pk)
        self.assertEqual(self.state()["stock"], [6, 7, 8])

    def test_two_lines_of_one_book_both_return(self) -> None:
        twin = OrderLineFactory(order=self.order, product=self.lines[0].product, quantity=4)
        ids = [self.lines[0].pk, twin.pk]
        move_order_lines(order_id=self.order.pk, line_ids=ids, status=CANCELLED)
        self.assertEqual(self.state()["stock"], [10, 5, 5, 10])

    def test_a_book_no_longer_for_sale_returns_as_well(self) -> None:
        ProductFactory._meta.model.objects.update(active=False)
        self.move(CANCELLED, 0)
        self.assertEqual(self.state()["stock"], [6, 5, 5])

    def test_unpaid_there_is_nothing_to_credit_and_less_to_pay(self) -> None:
        order = self.move(CANCELLED, 2)
        self.assertFalse(Invoice.objects.exists())
        self.assertEqual((order.charged, order.total), (Decimal("5.00"), Decimal("14.00")))
        self.pay()
        self.assertEqual(self.order.invoices.get().gross, Decimal("5.00"))

    def test_each_refund_has_its_credit_note_and_all_come_to_the_invoice(self) -> None:
        self.pay()
        self.move(SENT, 0)
        self.move(CANCELLED, 0, reason="Came back")
        self.move(CANCELLED, 1, 2)
        invoice, *notes = self.order.invoices.order_by("pk")
        self.assertEqual([(note.corrects, note.gross, note.reason) for note in notes], [
            (invoice, Decimal("1.00"), "Came back"), (invoice, Decimal("13.00"), "Cancelled"),
        ])  # fmt: skip
        self.assertEqual(sum(note.vat for note in notes), invoice.vat)
        self.assertEqual(self.state()["stock"], [6, 7, 8])

    def test_what_is_cancelled_once_is_credited_once(self) -> None:
        self.pay()
        for _ in range(3):
            self.move(CANCELLED, 0)
        cancel_order(order_id=self.order.pk)
        notes = self.order.invoices.credit_notes().order_by("pk")
        self.assertEqual([note.gross for note in notes], [Decimal("1.00"), Decimal("13.00")])

    def test_why_stands_in_the_lines_history(self) -> None:
        self.move(CANCELLED, 0, reason="The copy is damaged")
        change = self.lines[0].history.first()
        self.assertEqual(change.history_change_reason, "The copy is damaged")

    def test_nothing_comes_back_to_life(self) -> None:
        self.pay()
        self.move(CANCELLED, 0)
        for status in (NEW, PROCESSING, SENT):
            self.assert_refused(f"is cancelled: it cannot become {status.label}.", status, 0)
        cancel_order(order_id=self.order.pk)
        self.assert_refused("is cancelled: it cannot become sent.", SENT, 1)


class AllOrNoneTests(OrderLinesTestCase):
    def test_one_line_that_was_sent_keeps_the_others_when_it_may_not_be_refunded(self) -> None:
        self.pay()
        self.move(SENT, 1)
        sentence = "Only the office can take back what was sent."
        self.assert_refused(sentence, CANCELLED, 0, 1, 2, may_refund=False)
        order = self.move(CANCELLED, 0, 2, may_refund=False)
        self.assertEqual((order.status, self.state()["stock"]), (Order.Status.DONE, [6, 5, 8]))

    def test_one_line_that_may_not_go_keeps_the_others(self) -> None:
        self.pay()
        self.move(CANCELLED, 1)
        self.assert_refused("is cancelled: it cannot become sent.", SENT, 0, 1, 2)

    def test_another_orders_line_is_not_touched(self) -> None:
        self.pay()
        other = OrderLineFactory(product__stock=5)
        mark_order_paid(order_id=other.order_id)
        before = self.state()
        for line_ids in ([other.pk], [self.lines[0].pk, other.pk], [0], [-1], [10**30]):
            with self.subTest(line_ids=line_ids):
                with self.assertRaisesMessage(MoveRefused, "has no such line."):
                    move_order_lines(order_id=self.order.pk, line_ids=line_ids, status=CANCELLED)
                other.refresh_from_db()
                self.assertEqual((other.status, other.product.stock), (NEW, 5))
                self.assertEqual(self.state(), before)

    def test_no_lines_change_nothing(self) -> None:
        before = self.state()
        self.move(CANCELLED)
        self.assertEqual(self.state(), before)

    def test_a_repeated_call_is_harmless(self) -> None:
        self.pay()
        self.move(SENT, 0, 1)
        before = self.state()
        self.move(SENT, 0, 1)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.move(SENT, 0, 1, 2).status, Order.Status.DONE)
        self.told.order_lines_sent.assert_called_with(
            order_id=self.order.pk, line_ids=[self.lines[2].pk]
        )

    def test_no_order_no_change(self) -> None:
        with self.assertRaises(Order.DoesNotExist):
            move_order_lines(order_id=1, line_ids=[self.lines[0].pk], status=CANCELLED)
        self.assertEqual(self.state()["lines"], [NEW] * 3)


class TellingTests(OrderLinesTestCase):
    def told_by(self, status: OrderLine.Status, *places: int) -> list:
        self.told.reset_mock()
        self.move(status, *places)
        return self.told.mock_calls

    def test_customers_are_told_of_what_is_sent_or_cancelled_only(self) -> None:
        self.pay()
        first, second, third = (line.pk for line in self.lines)
        order = {"order_id": self.order.pk}
        self.assertEqual(self.told_by(PROCESSING, 0, 1), [])
        self.assertEqual(
            self.told_by(SENT, 0, 1),
            [mock.call.order_lines_sent(**order, line_ids=[first, second])],
        )
        self.assertEqual(self.told_by(PROCESSING, 1), [])
        cancelled = self.told_by(CANCELLED, 2)
        back = {
            "credit_note_id": self.order.invoices.credit_notes().get().pk,
            "refund_id": self.order.refunds.get().pk,
        }
        self.assertEqual(
            cancelled,
            [mock.call.order_lines_cancelled(**order, line_ids=[third], charge_ids=[], **back)],
        )
        self.assertEqual(self.told_by(CANCELLED, 2), [])

    def test_a_line_is_on_its_way_once(self) -> None:
        """Sent by mistake and taken back, it goes out later: the customer was told already."""
        self.pay()
        self.assertEqual(len(self.told_by(SENT, 0, 1)), 1)
        self.assertEqual(self.told_by(PROCESSING, 0, 1), [])
        self.assertEqual(self.told_by(SENT, 0), [])
        self.assertEqual(
            self.told_by(SENT, 1, 2),
            [mock.call.order_lines_sent(order_id=self.order.pk, line_ids=[self.lines[2].pk])],
        )
        self.assertEqual(self.state()["lines"], [SENT] * 3)

    def test_unpaid_no_credit_note_is_told_of(self) -> None:
        (call,) = self.told_by(CANCELLED, 0)
        self.assertIsNone(call.kwargs["credit_note_id"])
