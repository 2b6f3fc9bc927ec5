"""Money that did not come after all: the order is new again, unless it is covered without it."""

from django.utils import timezone

from main.actions.dropped_payments import drop_payment, revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.refunds import record_refund, request_refund
from main.errors import MoveRefused
from main.models import OrderLine, Payment
from main.tests.support.ledger_case import LedgerTestCase

SENT, CANCELLED = OrderLine.Status.SENT, OrderLine.Status.CANCELLED


class DropPaymentTests(LedgerTestCase):
    def drop(self, payment: Payment, **fields) -> Payment:
        return drop_payment(payment_id=payment.pk, **fields)

    def move(self, name: str, status: OrderLine.Status) -> None:
        line = self.order.lines.get(name=name)
        move_order_lines(order_id=self.order.pk, line_ids=[line.pk], status=status, reason="Torn")

    def test_recorded_twice_the_order_stays_paid(self) -> None:
        self.pay()
        again = self.pay()
        request_refund(order_id=self.order.pk)
        otto = type(self.olive).objects.create_user("otto@booktime.example", "x")
        dropped = self.drop(again, recorded_by=otto.pk)
        self.assertEqual((dropped.state, dropped.recorded_by), ("failed", self.olive))
        reason = self.order.history.first().history_change_reason
        self.assertEqual(reason, "£20.49 did not arrive")
        self.assertEqual(self.payments(), [("20.49", "paid"), ("20.49", "failed")])
        self.assertEqual(self.refunds(), [("20.49", "failed", False)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual(self.facts()[-1], ("unpaid", {"amount": "20.49", "currency": "GBP"}))
        self.assertEqual(self.order.invoices.count(), 1)

    def test_what_the_other_payment_covers_is_promised_anew(self) -> None:
        self.pay("12.00")
        other = self.pay("8.49")
        self.move("Bag", CANCELLED)
        ((subject, text),) = self.mailed_by(self.drop, payment=other, recorded_by=self.olive.pk)
        self.assertEqual(self.refunds(), [("12.00", "failed", True), ("3.51", "requested", False)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual(self.order.refunds.last().recorded_by, self.olive)
        self.assertEqual(self.facts()[-2:], [
            ("unpaid", {"amount": "8.49", "currency": "GBP"}),
            ("refunded", {"amount": "3.51", "currency": "GBP"}),
        ])  # fmt: skip
        self.assertEqual(subject, f"Your refund for order {self.order.number} has changed")
        self.assertIn("We had recorded £8.49", text)
        self.assertIn("We'll refund £3.51 to the account it came from.", text)

    def test_what_the_other_payment_does_not_cover_is_not_promised_again(self) -> None:
        self.pay("8.49")
        other = self.pay("12.00")
        self.move("Bag", CANCELLED)
        ((_, text),) = self.mailed_by(self.drop, payment=other)
        self.assertEqual(self.refunds(), [("12.00", "failed", True)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertIn("There is nothing to refund any more.", text)

    def test_of_an_order_that_is_to_be_paid_again_only_that_is_told(self) -> None:
        self.pay("5.00")
        other = self.pay("15.49")
        self.move("Bag", CANCELLED)
        ((subject, _),) = self.mailed_by(self.drop, payment=other)
        self.assertIn("hasn't arrived yet", subject)
        self.assertEqual(self.refunds(), [("12.00", "failed", True)])
        self.assertEqual(self.standing(), ("new", "3.49", "3.49"))

    def test_without_a_part_the_order_has_all_still_to_be_paid(self) -> None:
        part = self.pay("5.00")
        ((subject, text),) = self.mailed_by(self.drop, payment=part)
        self.assertEqual(subject, f"Your payment for order {self.order.number} hasn't arrived yet")
        self.assertIn("Please transfer £20.49", text)
        self.assertEqual(self.standing(), ("new", "20.49", ""))

    def test_what_paid_the_order_takes_its_invoice_along(self) -> None:
        self.pay("5.00")
        rest = self.pay("15.49")
        self.drop(rest)
        self.assertEqual(self.standing(), ("new", "15.49", "15.49"))
        note = self.order.invoices.credit_notes().get()
        self.assertEqual((str(note.gross), note.is_refund), ("20.49", False))
        self.assertEqual(self.facts()[-1], ("unpaid", {}))
        self.pay("15.49")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_what_was_sent_was_paid_for(self) -> None:
        payment = self.pay()
        self.move("Emma", SENT)
        sentence = f"Part of order {self.order.number} has been sent: refund it instead."
        self.assert_refused(MoveRefused, sentence, self.drop, payment=payment)

    def test_what_was_paid_back_had_come(self) -> None:
        payment = self.pay()
        self.move("Bag", CANCELLED)
        record_refund(refund_id=self.order.refunds.get().pk, at=timezone.now())
        sentence = f"Money for order {self.order.number} was paid back, so it must have arrived."
        self.assert_refused(MoveRefused, sentence, self.drop, payment=payment)
        self.assert_refused(MoveRefused, sentence, revoke_payment, order_id=self.order.pk)

    def test_dropped_again_it_is_as_it_was(self) -> None:
        payment = self.pay()
        self.drop(payment)
        before = self.everything()
        self.assertEqual(self.drop(payment, state=Payment.State.EXPIRED).state, "failed")
        self.assertEqual(self.everything(), before)

    def test_what_was_only_expected_leaves_no_trace_in_the_timeline(self) -> None:
        expected = Payment.objects.create(
            order=self.order, amount="20.49", currency="GBP", way="transfer", state="pending"
        )
        self.drop(expected, state=Payment.State.EXPIRED)
        self.assertEqual(self.payments(), [("20.49", "expired")])
        self.assertEqual((self.facts(), self.standing()), ([], ("new", "20.49", "")))


class RevokeTests(LedgerTestCase):
    def test_what_was_promised_back_of_it_goes_with_it(self) -> None:
        self.pay("25.00")
        bag = self.order.lines.get(name="Bag")
        move_order_lines(order_id=self.order.pk, line_ids=[bag.pk], status=CANCELLED, reason="Torn")
        request_refund(order_id=self.order.pk)
        self.assertEqual(
            self.refunds(), [("12.00", "requested", True), ("4.51", "requested", False)]
        )
        revoke_payment(order_id=self.order.pk)
        self.assertEqual(self.payments(), [("25.00", "failed")])
        self.assertEqual(self.refunds(), [("12.00", "failed", True), ("4.51", "failed", False)])
        self.assertEqual(self.standing(), ("new", "8.49", ""))
        self.pay("8.49")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
