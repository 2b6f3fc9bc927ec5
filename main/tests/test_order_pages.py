"""What customers see of their orders: states in words, what is due, invoices to download."""

import re
from decimal import Decimal

from django.db import connection
from django.test import SimpleTestCase, TestCase, tag
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import cancel_order_charges, move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.actions.refunds import record_refund
from main.models import Order, OrderLine
from main.tests.support.factories import (
    OrderChargeFactory,
    OrderFactory,
    OrderLineFactory,
    UserFactory,
)
from main.wording.orders import line_state, order_state

NEW, PROCESSING, SENT, CANCELLED = OrderLine.Status


class WordsTests(SimpleTestCase):
    def test_lines_wait_for_the_payment_and_then_for_the_packing(self) -> None:
        unpaid, paid = Order(status=Order.Status.NEW), Order(status=Order.Status.PAID)
        for order, words in (
            (unpaid, ["set aside", "set aside", "sent", "cancelled"]),
            (paid, ["to be packed", "being packed", "sent", "cancelled"]),
        ):
            found = [line_state(OrderLine(status=status), order) for status in OrderLine.Status]
            self.assertEqual(found, words)

    def test_orders_in_words(self) -> None:
        for status, words in (
            (Order.Status.NEW, "to be paid"),
            (Order.Status.DONE, "sent"),
            (Order.Status.CANCELLED, "cancelled"),
        ):
            self.assertEqual(order_state(Order(status=status)), words)


@tag("door")
class OrderPageTestCase(TestCase):
    """An order of two books at 5.00 and 7.00, the second with VAT."""

    def setUp(self) -> None:
        self.user = UserFactory()
        self.order = OrderFactory(user=self.user, total=Decimal("12.00"))
        self.first = OrderLineFactory(order=self.order, name="Emma", product__price=Decimal("5.00"))
        self.second = OrderLineFactory(
            order=self.order, name="Bag", product__price=Decimal("7.00"), tax_rate=Decimal("20.00")
        )
        self.client.force_login(self.user)

    def page(self, path: str = "") -> str:
        """The page's main part as text with single spaces."""
        response = self.client.get(path or self.order.get_absolute_url())
        self.assertEqual(response.status_code, 200)
        return " ".join(response.content.decode().split("<main")[1].split("</main")[0].split())

    def pay(self) -> None:
        mark_order_paid(order_id=self.order.pk)

    def move(self, status: OrderLine.Status, *lines: OrderLine) -> None:
        line_ids = [line.pk for line in lines]
        move_order_lines(order_id=self.order.pk, line_ids=line_ids, status=status)

    def assert_row(self, page: str, name: str, amount: str) -> None:
        self.assertRegex(page, rf">{name}</dt> <dd[^>]*>{amount}</dd>")


class StateTests(OrderPageTestCase):
    def test_from_payment_to_the_last_parcel(self) -> None:
        self.assertIn(
            "to be paid</span> We’ll dispatch your books as soon as your payment arrives.",
            self.page(),
        )
        self.pay()
        self.assertIn("paid</span> Your payment has arrived", self.page())
        self.move(PROCESSING, self.first)
        page = self.page()
        self.assertIn("being packed</span>", page)
        self.assertIn("to be packed</span>", page)
        self.move(SENT, self.first)
        self.assertIn("partly sent</span> Some of your books are on their way", self.page())
        self.move(SENT, self.second)
        self.assertIn("sent</span> Everything is on its way", self.page())

    def test_a_cancelled_order_says_so_and_asks_for_nothing(self) -> None:
        cancel_order(order_id=self.order.pk)
        page = self.page()
        self.assertIn("This order was cancelled. Nothing more will be sent.", page)
        self.assertNotIn("Please pay", page)
        self.assertIn("<del>£5.00</del>", page)
        self.assertNotIn("Refunded", page)
        self.assert_row(page, "Total", "£0.00")

    def test_the_list_says_where_each_order_is_and_what_it_costs(self) -> None:
        self.pay()
        self.move(SENT, self.first)
        self.move(CANCELLED, self.second)
        page = self.page("/orders/")
        self.assertIn(">sent</span>", page)
        self.assertIn('<p class="own-order-total"> £5.00 </p>', page)
        cancelled = OrderLineFactory(order__user=self.user, order__total=Decimal("8.49"))
        cancel_order(order_id=cancelled.order_id)
        self.assertIn("<del>£8.49</del>", self.page("/orders/"))


class SumTests(OrderPageTestCase):
    def test_what_was_agreed_and_nothing_else(self) -> None:
        page = self.page()
        self.assert_row(page, "Total", "£12.00")
        self.assert_row(page, "including 20% VAT", "£1.17")
        for word in ("Ordered", "Cancelled", "Refunded"):
            self.assertNotIn(word, page)

    def test_what_is_charged_beside_the_books(self) -> None:
        OrderChargeFactory(order=self.order)
        wrapping = OrderChargeFactory(
            order=self.order, kind="fee", name="Wrapping", unit_price=Decimal("2.50"), quantity=2
        )
        Order.objects.update(total=Decimal("20.00"))
        page = self.page()
        self.assertRegex(page, r'Delivery by post</p> <p class="line-total"> £3\.00 </p>')
        self.assertRegex(page, r'Wrapping</p> <p class="line-total"> £5\.00 </p>')
        self.assertIn("2 × £2.50", page)
        self.assert_row(page, "Total", "£20.00")
        self.assertNotIn("<dd>free</dd>", page)
        self.pay()
        cancel_order_charges(
            order_id=self.order.pk, charge_ids=[wrapping.pk], copies={wrapping.pk: 1}, reason="Torn"
        )
        page = self.page()
        self.assertIn("<del>£2.50</del>", page)
        self.assert_row(page, "Cancelled", "−£2.50")
        self.assert_row(page, "Total", "£17.50")
        self.assert_row(page, "Being refunded", "£2.50")

    def test_copies_in_lines_of_their_own_are_one_title(self) -> None:
        self.first.quantity = 2
        self.first.save()
        self.pay()
        move_order_lines(
            order_id=self.order.pk, line_ids=[self.first.pk], status=SENT,
            copies={self.first.pk: 1},
        )  # fmt: skip
        self.assertEqual(self.order.lines.count(), 3)
        titles = [self.first.name, self.second.name]
        self.assertEqual(
            re.findall(r'<span dir="auto">(.*?)</span>', self.page("/orders/")), titles
        )

    def test_a_line_cancelled_before_payment_makes_less_to_pay(self) -> None:
        self.move(CANCELLED, self.first)
        page = self.page()
        self.assert_row(page, "Ordered", "£12.00")
        self.assert_row(page, "Cancelled", "−£5.00")
        self.assert_row(page, "Total", "£7.00")
        self.assertIn("<dt>Amount</dt> <dd><strong>£7.00</strong></dd>", page)
        self.pay()
        self.assertNotIn("Refunded", self.page())

    def test_a_line_cancelled_after_payment_is_refunded(self) -> None:
        self.pay()
        self.move(CANCELLED, self.second)
        page = self.page()
        self.assert_row(page, "Total", "£5.00")
        self.assert_row(page, "Being refunded", "£7.00")
        self.assertNotIn("20% VAT", page)
        refund = self.order.refunds.get()
        record_refund(refund_id=refund.pk, at=timezone.now(), reference="OUT-1")
        page = self.page()
        self.assert_row(page, "Refunded", "£7.00")
        self.assertNotIn("Being refunded", page)

    def test_a_payment_booked_by_mistake_was_never_the_customers_money(self) -> None:
        self.pay()
        revoke_payment(order_id=self.order.pk)
        page = self.page()
        self.assertNotIn("Refunded", page)
        self.assertIn("<dt>Amount</dt> <dd><strong>£12.00</strong></dd>", page)
        self.pay()
        self.assertNotIn("Refunded", self.page())
        revoke_payment(order_id=self.order.pk)
        cancel_order(order_id=self.order.pk)
        self.assertNotIn("Refunded", self.page())


class DocumentTests(OrderPageTestCase):
    def test_unpaid_there_is_none(self) -> None:
        self.assertNotIn("Invoice", self.page())

    def test_each_can_be_downloaded(self) -> None:
        self.pay()
        self.move(CANCELLED, self.first)
        page = self.page()
        invoice, note = self.order.invoices.order_by("pk")
        for document, name, amount in (
            (invoice, "Invoice", "£12.00"),
            (note, "Credit note", "−£5.00"),
        ):
            path = f"/orders/{self.order.pk}/invoice/?format=pdf&amp;number={document.number}"
            self.assertIn(f'<a href="{path}">{name} {document.number} (PDF)</a>', page)
            self.assertIn(f"<span>{amount}</span>", page)

    def test_a_guest_has_them_too(self) -> None:
        Order.objects.update(user=None)
        self.pay()
        self.client.logout()
        session = self.client.session
        session["guest_orders"] = [self.order.pk]
        session.save()
        self.assertIn(self.order.invoices.get().number, self.page())


class QueryTests(OrderPageTestCase):
    def count(self) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.page()
        return len(queries)

    def test_as_many_for_ten_times_the_lines_and_documents(self) -> None:
        self.pay()
        self.move(CANCELLED, self.first)
        self.page()  # templates are compiled
        few = self.count()
        self.assertLessEqual(few, 9)
        for _ in range(5):
            revoke_payment(order_id=self.order.pk)
            OrderLineFactory.create_batch(4, order=self.order)
            self.pay()
        self.page()  # what is new in its conversation is marked as read
        self.assertEqual(self.count(), few)
