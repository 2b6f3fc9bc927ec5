"""Money that comes for an order: all of it, a part, too much, twice, or what is none."""

from main.actions.dropped_payments import drop_payment
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid, record_payment
from main.errors import MoveRefused, PaymentRefused
from main.models import Payment
from main.tests.support.ledger_case import PAID_ON, LedgerTestCase, make_order, receipt
from main.wording.facts import fact_text


class RecordPaymentTests(LedgerTestCase):
    def test_what_is_due_makes_the_order_paid_and_billed(self) -> None:
        mails = self.mailed_by(self.pay, reference="T-1")
        payment = self.order.payments.get()
        self.assertEqual(
            (payment.way, payment.currency, payment.reference, payment.paid_at, payment.state),
            ("transfer", "GBP", "T-1", PAID_ON, "paid"),
        )
        self.assertEqual((payment.recorded_by, payment.is_before_ledger), (self.olive, False))
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        invoice = self.order.invoices.get()
        self.assertEqual(str(invoice.gross), "20.49")
        self.assertEqual(self.facts(), [("paid", {"invoice": invoice.number})])
        number = self.order.number
        self.assertEqual(
            [subject for subject, _ in mails], [f"Your payment for order {number} has arrived"]
        )

    def test_two_parts_make_a_whole(self) -> None:
        ((subject, text),) = self.mailed_by(self.pay, amount="5.00")
        self.assertEqual(self.standing(), ("new", "15.49", "15.49"))
        values = {"amount": "5.00", "currency": "GBP", "due": "15.49"}
        self.assertEqual(self.facts(), [("part_paid", values)])
        self.assertEqual(
            fact_text("part_paid", values), "£5.00 arrived; £15.49 is still to be paid."
        )
        number = self.order.number
        self.assertEqual(subject, f"Part of your payment for order {number} has arrived")
        self.assertIn("£5.00 for order", text)
        self.assertIn("Please transfer £15.49", text)
        self.assertFalse(self.order.invoices.exists())

        self.pay("15.49")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual([fact for fact, _ in self.facts()], ["part_paid", "paid"])
        self.assertEqual(str(self.order.invoices.get().gross), "20.49")

    def test_more_than_is_due_pays_it_and_is_seen(self) -> None:
        ((_, text),) = self.mailed_by(self.pay, amount="25.00")
        self.assertEqual(self.standing(), ("paid", "-4.51", "-4.51"))
        values = {"amount": "25.00", "currency": "GBP", "surplus": "4.51"}
        self.assertEqual(self.facts()[1:], [("overpaid", values)])
        self.assertEqual(fact_text("overpaid", values), "£25.00 arrived: £4.51 more than was due.")
        self.assertIn("£25.00 for order", text)
        self.assertIn("That is £4.51 more than was due", text)
        self.assertEqual(str(self.order.invoices.get().gross), "20.49")

    def test_one_recorded_by_mistake_is_said_to_have_been(self) -> None:
        self.assertEqual(
            fact_text("unpaid", {"amount": "8.00", "currency": "GBP"}),
            "A payment of £8.00 was recorded by mistake and has not arrived.",
        )

    def test_for_an_order_that_is_paid_it_is_too_much(self) -> None:
        self.pay()
        ((subject, text),) = self.mailed_by(self.pay, amount="3.00")
        self.assertEqual(self.standing(), ("paid", "-3.00", "-3.00"))
        self.assertEqual(subject, f"You paid more than was due for order {self.order.number}")
        self.assertIn("That is £3.00 more than was due", text)
        self.assertEqual(self.order.invoices.count(), 1)

    def test_for_a_cancelled_order_all_of_it_is_too_much(self) -> None:
        cancel_order(order_id=self.order.pk)
        ((subject, _),) = self.mailed_by(self.pay)
        self.assertEqual(self.standing(), ("cancelled", "-20.49", "-20.49"))
        self.assertIn("more than was due", subject)
        self.assertFalse(self.order.invoices.exists())

    def test_nothing_and_less_are_no_payment(self) -> None:
        for amount in ("0.00", "-20.49"):
            self.assert_refused(
                PaymentRefused, "A payment must be more than 0.", self.pay, amount=amount
            )

    def test_another_currency_is_refused(self) -> None:
        sentence = f"Order {self.order.number} is in GBP, the payment in EUR."
        self.assert_refused(PaymentRefused, sentence, self.pay, currency="EUR")


class ReferenceTests(LedgerTestCase):
    def test_the_same_receipt_counts_once(self) -> None:
        first = self.pay(reference="T-1")
        before = self.everything()
        self.assertEqual(self.pay(reference="T-1", recorded_by=None), first)
        self.assertEqual(self.everything(), before)

    def test_without_a_reference_each_counts(self) -> None:
        self.pay()
        self.pay()
        self.assertEqual(self.standing(), ("paid", "-20.49", "-20.49"))

    def test_the_same_reference_with_another_amount_is_refused(self) -> None:
        self.pay("5.00", "T-1")
        sentence = "“T-1” was recorded with £5.00."
        self.assert_refused(PaymentRefused, sentence, self.pay, amount="6.00", reference="T-1")

    def test_the_reference_of_another_orders_payment_is_refused(self) -> None:
        other = make_order()
        self.pay(reference="T-1", order=other)
        sentence = f"“T-1” is the reference of a payment for order {other.number}."
        self.assert_refused(PaymentRefused, sentence, self.pay, reference="T-1")

    def test_two_ways_may_use_the_same(self) -> None:
        self.pay("5.00", "1")
        self.pay("15.49", "1", way="in_shop")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_recorded_for_the_wrong_order_it_is_free_for_the_right_one(self) -> None:
        wrong = self.pay(reference="T-1", order=make_order())
        drop_payment(payment_id=wrong.pk)
        self.pay(reference="T-1")
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_what_was_given_up_came_after_all(self) -> None:
        for state in ("failed", "expired"):
            with self.subTest(state=state):
                order = make_order()
                payment = self.pay(reference=state, order=order)
                drop_payment(payment_id=payment.pk, state=Payment.State(state))
                again = self.pay(reference=state, order=order)
                self.assertEqual((again.pk, again.state), (payment.pk, "paid"))
                order.refresh_from_db()
                self.assertEqual(order.get_status_display(), "paid")

    def test_what_was_expected_comes_with_what_really_came(self) -> None:
        expected = Payment.objects.create(
            order=self.order, amount="20.49", currency="GBP", way="transfer", state="pending",
            reference="T-1",
        )  # fmt: skip
        self.assertEqual(self.standing(), ("new", "20.49", ""))
        payment = self.pay("5.00", "T-1")
        self.assertEqual((payment.pk, self.payments()), (expected.pk, [("5.00", "paid")]))
        self.assertEqual(self.standing(), ("new", "15.49", "15.49"))


class MarkPaidTests(LedgerTestCase):
    def test_it_is_what_is_due_by_the_way_agreed(self) -> None:
        mark_order_paid(order_id=self.order.pk, at=PAID_ON, recorded_by=self.olive.pk)
        payment = self.order.payments.get()
        self.assertEqual(
            (str(payment.amount), payment.way, payment.paid_at, payment.recorded_by),
            ("20.49", "transfer", PAID_ON, self.olive),
        )
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_after_a_part_it_is_the_rest(self) -> None:
        self.pay("5.00")
        mark_order_paid(order_id=self.order.pk)
        self.assertEqual(self.payments(), [("5.00", "paid"), ("15.49", "paid")])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_only_once(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        sentence = f"Order {self.order.number} is paid already."
        self.assert_refused(MoveRefused, sentence, mark_order_paid, order_id=self.order.pk)

    def test_an_order_is_billed_at_the_time_that_is_told(self) -> None:
        record_payment(order_id=self.order.pk, receipt=receipt(), at=PAID_ON)
        self.assertEqual(self.order.invoices.get().issued_at, PAID_ON)
