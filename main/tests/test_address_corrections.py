"""Addresses of an order that are corrected, and the invoices that follow."""

from django.test import TestCase

from main.actions.order_lines import move_order_lines
from main.actions.orders import (
    cancel_order,
    correct_billing_address,
    correct_shipping_address,
)
from main.actions.payments import mark_order_paid
from main.errors import MoveRefused
from main.models import Invoice, Order, OrderLine
from main.tests.support.factories import (
    OrderLineFactory,
)


class CorrectBillingAddressTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderLineFactory(quantity=2).order

    def correct(self) -> list[Invoice]:
        correct_billing_address(
            order_id=self.order.pk, address={"name": "A. Reader", "city": "Ely"}
        )
        self.order.refresh_from_db()
        self.assertEqual((self.order.billing_name, self.order.billing_city), ("A. Reader", "Ely"))
        return list(self.order.invoices.order_by("pk"))

    def test_before_the_payment_there_is_nothing_to_bill_anew(self) -> None:
        self.assertEqual(self.correct(), [])

    def test_what_was_billed_is_billed_anew_and_no_money_moves(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        _, note, invoice = self.correct()
        self.assertEqual((note.kind, note.is_refund), (Invoice.Kind.CREDIT_NOTE, False))
        self.assertEqual((invoice.customer["name"], invoice.gross), ("A. Reader", note.gross))
        self.assertEqual(Order.objects.get().balance.to_refund, 0)

    def test_what_is_refunded_later_is_taken_off_the_new_invoice(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        invoice = self.correct()[-1]
        cancel_order(order_id=self.order.pk, reason="Marked paid by mistake")
        note = self.order.invoices.order_by("pk").last()
        self.assertEqual((note.corrects, note.is_refund), (invoice, True))
        self.assertEqual(Order.objects.get().balance.to_refund, invoice.gross)

    def test_the_papers_of_a_cancelled_order_stay(self) -> None:
        cancel_order(order_id=self.order.pk)
        with self.assertRaisesMessage(
            MoveRefused, "is cancelled: its billing address stays as it was."
        ):
            correct_billing_address(order_id=self.order.pk, address={"name": "A. Reader"})
        self.order.refresh_from_db()
        self.assertEqual(self.order.billing_name, "Ada Reader")


class CorrectShippingAddressTests(TestCase):
    def setUp(self) -> None:
        self.line = OrderLineFactory(quantity=2)
        self.order = self.line.order

    def correct(self) -> None:
        correct_shipping_address(
            order_id=self.order.pk, address={"name": "A. Reader", "city": "Ely"}
        )

    def assert_goes_to(self, name: str, city: str) -> None:
        self.order.refresh_from_db()
        self.assertEqual((self.order.shipping_name, self.order.shipping_city), (name, city))

    def test_until_the_parcel_is_on_its_way_its_address_is_corrected(self) -> None:
        self.correct()
        self.assert_goes_to("A. Reader", "Ely")
        self.assertEqual(self.order.billing_name, "Ada Reader")

    def test_a_part_may_be_on_its_way(self) -> None:
        OrderLineFactory(order=self.order)
        self.send()
        self.correct()
        self.assert_goes_to("A. Reader", "Ely")
        self.assertEqual(self.order.invoices.count(), 1)  # the bill has another address

    def test_of_what_is_all_sent_or_cancelled_the_address_stays(self) -> None:
        for change, state in ((self.send, "done"), (self.cancel, "cancelled")):
            self.setUp()
            change()
            words = f"is {state}: its shipping address stays as it was."
            with self.subTest(state), self.assertRaisesMessage(MoveRefused, words):
                self.correct()
            self.assert_goes_to("Ada Reader", "London")

    def send(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        sent = OrderLine.Status.SENT
        move_order_lines(order_id=self.order.pk, line_ids=[self.line.pk], status=sent)

    def cancel(self) -> None:
        cancel_order(order_id=self.order.pk)
