"""Money that goes back: promised with what is cancelled, paid out, or not after all."""

from decimal import Decimal

from django.utils import timezone

from main import emails
from main.actions.order_lines import cancel_order_charges, move_order_lines
from main.actions.orders import cancel_order
from main.actions.refunds import fail_refund, record_refund, request_refund
from main.errors import PaymentRefused
from main.models import OrderCharge, OrderLine, Refund
from main.tests.support.factories import OrderChargeFactory
from main.tests.support.ledger_case import PAID_ON, LedgerTestCase, make_order
from main.wording.facts import fact_text


class PromisedTests(LedgerTestCase):
    def cancel(self, name: str, **fields) -> None:
        line = self.order.lines.get(name=name)
        move_order_lines(
            order_id=self.order.pk,
            line_ids=[line.pk],
            status=OrderLine.Status.CANCELLED,
            reason="Torn",
        )

    def test_a_cancelled_line_is_promised_back_by_its_credit_note(self) -> None:
        self.pay()
        ((_, text),) = self.mailed_by(self.cancel, name="Bag")
        refund, note = self.order.refunds.get(), self.order.invoices.credit_notes().get()
        self.assertEqual((refund.credit_note, refund.way), (note, "transfer"))
        self.assertEqual(self.refunds(), [("12.00", "requested", True)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        values = {"amount": "12.00", "currency": "GBP", "credit_note": note.number}
        self.assertEqual(self.facts()[-1], ("refunded", values))
        self.assertIn(
            f"We'll refund £12.00 to the account it came from. Credit note {note.number}", text
        )

    def test_a_part_that_was_paid_goes_back_with_the_order(self) -> None:
        self.pay("5.00")
        ((_, text),) = self.mailed_by(cancel_order, order_id=self.order.pk)
        self.assertEqual(self.refunds(), [("5.00", "requested", False)])
        self.assertEqual(self.standing(), ("cancelled", "0.00", ""))
        self.assertIn("We'll refund £5.00 to the account it came from.", text)
        self.assertNotIn("Credit note", text)
        values = {"amount": "5.00", "currency": "GBP"}
        self.assertEqual(self.facts()[-1], ("refunded", values))
        self.assertEqual(fact_text("refunded", values), "£5.00 will be paid back.")

    def test_it_is_promised_by_whoever_cancelled(self) -> None:
        self.pay()
        bag = self.order.lines.get(name="Bag")
        by = {"order_id": self.order.pk, "recorded_by": self.olive.pk}
        move_order_lines(**by, line_ids=[bag.pk], status=OrderLine.Status.CANCELLED)
        cancel_order(**by)
        recorded_by = self.order.refunds.values_list("recorded_by", flat=True)
        self.assertEqual([*recorded_by], [self.olive.pk] * 2)

    def test_what_leaves_nothing_due_makes_the_order_paid(self) -> None:
        self.pay("8.49")
        mails = self.mailed_by(self.cancel, name="Bag")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual((self.refunds(), str(self.order.invoices.get().gross)), ([], "8.49"))
        self.assertEqual([fact for fact, _ in self.facts()], ["part_paid", "cancelled", "paid"])
        self.assertEqual(len(mails), 2)
        self.assertNotIn("How to pay", mails[1][1])

    def test_what_leaves_too_much_is_promised_back_at_once(self) -> None:
        self.pay("10.00")
        self.cancel("Bag")
        self.assertEqual(self.refunds(), [("1.51", "requested", False)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_what_leaves_something_due_is_told_of_once(self) -> None:
        self.pay("5.00")
        self.cancel("Bag")
        self.assertEqual(self.standing(), ("new", "3.49", "3.49"))
        self.assertEqual([fact for fact, _ in self.facts()], ["part_paid", "cancelled"])

    def test_without_a_payment_nothing_is_promised(self) -> None:
        self.cancel("Bag")
        cancel_order(order_id=self.order.pk)
        self.assertEqual((self.refunds(), self.payments()), ([], []))
        self.assertEqual(self.standing(), ("cancelled", "0.00", ""))

    def test_what_is_owed_anyway_does_not_go_back(self) -> None:
        """A discount was taken back before this was refused: the post's £3.00 are not overpaid."""
        code, post = (
            OrderChargeFactory(order=self.order, kind="discount", unit_price=Decimal("-5.00")),
            OrderChargeFactory(order=self.order),
        )
        self.pay("18.49")
        of_this = {"order_id": self.order.pk, "reason": "Mistake"}
        OrderCharge.objects.filter(pk=code.pk).update(status=OrderCharge.Status.CANCELLED)
        self.assertEqual(self.standing()[:2], ("paid", "5.00"))
        ((_, text),) = self.mailed_by(cancel_order_charges, **of_this, charge_ids=[post.pk])
        note = self.order.invoices.credit_notes().newest_first()[0]
        self.assertEqual((str(note.gross), note.is_refund, self.refunds()), ("3.00", False, []))
        self.assertEqual(self.standing(), ("paid", "2.00", "2.00"))
        self.assertNotIn("refund", text)
        self.assertIn(f"Credit note {note.number} is on your order page", text)
        self.assertNotIn("refunded", [fact for fact, _ in self.facts()])

    def test_never_more_goes_back_than_was_paid(self) -> None:
        """With the bag gone, a discount of £15.00 is more than the book costs."""
        OrderChargeFactory(order=self.order, kind="discount", unit_price=Decimal("-15.00"))
        self.pay("5.49")
        self.cancel("Bag")
        self.assertEqual(self.refunds(), [("5.49", "requested", True)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        fail_refund(refund_id=self.order.refunds.get().pk)
        self.assertEqual(self.standing(), ("paid", "-5.49", "-5.49"))
        request_refund(order_id=self.order.pk)
        self.cancel("Emma")
        self.assertEqual(self.refunds()[1:], [("5.49", "requested", False)])
        self.assertEqual(self.standing(), ("cancelled", "0.00", ""))

    def test_what_a_discount_leaves_over_is_nobodys_debt(self) -> None:
        OrderChargeFactory(order=self.order, kind="discount", unit_price=Decimal("-15.00"))
        self.cancel("Bag")
        self.assertEqual(self.standing(), ("new", "0.00", ""))
        self.assertEqual((self.read().charged, self.refunds()), (Decimal("-6.51"), []))

    def test_it_goes_back_the_way_it_came(self) -> None:
        self.pay(way="in_shop")
        ((_, text),) = self.mailed_by(cancel_order, order_id=self.order.pk)
        self.assertEqual(self.order.refunds.get().way, "in_shop")
        self.assertIn("We'll refund £20.49 the way you paid it.", text)

    def test_what_the_release_before_put_off_says_as_much(self) -> None:
        """Its mail about a cancelled order knows the credit note, and no refund."""
        self.pay()
        cancel_order(order_id=self.order.pk)
        note = self.order.invoices.credit_notes().get()
        ((_, text),) = self.mailed_by(
            emails.send, event="order_cancelled", order_id=self.order.pk, credit_note_id=note.pk
        )
        self.assertIn("We'll refund £20.49 to the account it came from.", text)


class RequestTests(LedgerTestCase):
    def test_what_was_paid_too_much_is_promised_back(self) -> None:
        self.pay("25.00")
        refund = request_refund(order_id=self.order.pk, recorded_by=self.olive.pk)
        self.assertEqual((str(refund.amount), refund.recorded_by), ("4.51", self.olive))
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual(self.facts()[-1], ("refunded", {"amount": "4.51", "currency": "GBP"}))

    def test_nothing_too_much_is_refused(self) -> None:
        sentence = f"Nothing was overpaid for order {self.order.number}."
        for amount in ("5.00", "15.49"):
            self.assert_refused(PaymentRefused, sentence, request_refund, order_id=self.order.pk)
            self.pay(amount)
        self.assert_refused(PaymentRefused, sentence, request_refund, order_id=self.order.pk)

    def test_twice_it_is_promised_once(self) -> None:
        self.pay("25.00")
        request_refund(order_id=self.order.pk)
        sentence = f"Nothing was overpaid for order {self.order.number}."
        self.assert_refused(PaymentRefused, sentence, request_refund, order_id=self.order.pk)


class PaidOutTests(LedgerTestCase):
    def setUp(self) -> None:
        self.pay()
        cancel_order(order_id=self.order.pk)
        self.refund = self.order.refunds.get()

    def pay_out(self, **fields) -> Refund:
        told = {"at": PAID_ON, "reference": "OUT-1", "recorded_by": self.olive.pk} | fields
        return record_refund(refund_id=self.refund.pk, **told)

    def test_it_is_done_and_the_customer_is_told(self) -> None:
        ((subject, text),) = self.mailed_by(self.pay_out)
        self.refund.refresh_from_db()
        self.assertEqual(
            (self.refund.state, self.refund.done_at, self.refund.reference),
            ("done", PAID_ON, "OUT-1"),
        )
        self.assertEqual(self.refund.recorded_by, self.olive)
        self.assertEqual(self.facts()[-1], ("paid_back", {"amount": "20.49", "currency": "GBP"}))
        self.assertEqual(subject, f"Your refund of £20.49 for order {self.order.number}")
        self.assertIn("to the account it came from", text)
        self.assertIn(f"Credit note {self.refund.credit_note.number}", text)
        self.assertEqual(self.standing(), ("cancelled", "0.00", ""))

    def test_done_again_it_stays_as_it_is(self) -> None:
        self.pay_out()
        before = self.everything()
        self.pay_out(at=timezone.now(), reference="OUT-2", recorded_by=None)
        self.assertEqual(self.everything(), before)

    def test_done_it_cannot_fail(self) -> None:
        self.pay_out()
        sentence = "This refund has already been paid, so it cannot fail."
        self.assert_refused(PaymentRefused, sentence, fail_refund, refund_id=self.refund.pk)

    def test_failed_the_money_is_the_customers_still(self) -> None:
        fail_refund(refund_id=self.refund.pk, recorded_by=self.olive.pk)
        self.assertEqual(self.refunds(), [("20.49", "failed", True)])
        self.assertEqual(self.standing(), ("cancelled", "-20.49", "-20.49"))
        before = self.everything()
        fail_refund(refund_id=self.refund.pk)
        self.assertEqual(self.everything(), before)

        self.assert_refused(PaymentRefused, "This refund failed.", self.pay_out)
        again = request_refund(order_id=self.order.pk)
        record_refund(refund_id=again.pk, at=PAID_ON)
        self.assertEqual(self.standing(), ("cancelled", "0.00", ""))

    def test_the_reference_of_another_refund_is_refused(self) -> None:
        other = make_order()
        self.pay(order=other)
        cancel_order(order_id=other.pk)
        record_refund(refund_id=other.refunds.get().pk, at=PAID_ON, reference="OUT-1")
        sentence = "“OUT-1” is the reference of another refund."
        self.assert_refused(PaymentRefused, sentence, self.pay_out)

    def test_references_may_be_missing(self) -> None:
        other = make_order()
        self.pay(order=other)
        cancel_order(order_id=other.pk)
        record_refund(refund_id=other.refunds.get().pk, at=PAID_ON)
        self.pay_out(reference="")
        self.assertEqual(set(Refund.objects.values_list("state", flat=True)), {"done"})
