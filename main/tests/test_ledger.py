"""Orders that are older than the ledger are entered by their papers; what may not be in it."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from main.actions.dropped_payments import revoke_payment
from main.actions.ledger import enter_ledger
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order, correct_billing_address
from main.actions.payments import mark_order_paid
from main.models import Balance, OpenBalance, Order, OrderLine, Payment, Refund
from main.tests.support.ledger_case import PAID_ON, LedgerTestCase


class EnterLedgerTests(LedgerTestCase):
    """Each order is moved as ever, and then its ledger is taken away, as if there had been none."""

    def pay_before(self) -> None:
        mark_order_paid(order_id=self.order.pk, at=PAID_ON)

    def cancel_line(self, name: str, **fields) -> None:
        line = self.order.lines.get(name=name)
        move_order_lines(
            order_id=self.order.pk,
            line_ids=[line.pk],
            status=OrderLine.Status.CANCELLED,
            reason="Torn",
            **fields,
        )

    def correct(self) -> None:
        correct_billing_address(order_id=self.order.pk, address={"name": "Ada Reader Ltd"})

    def forget(self) -> None:
        for model in (Refund, Payment, OpenBalance):
            model.objects.all().delete()

    def enter(self) -> bool:
        with transaction.atomic():
            return enter_ledger(order=Order.objects.locked().get(pk=self.order.pk))

    def assert_entered(self, paid: str, *refunded: str, due: str = "0.00") -> None:
        """The same sums as before it was entered, and nothing to enter any more."""
        self.forget()
        before = self.read().balance
        self.assertTrue(self.enter())
        self.assertEqual(self.payments(), [(paid, "paid")])
        self.assertEqual(self.refunds(), [(amount, "done", True) for amount in refunded])
        self.assertEqual((self.read().balance, str(self.read().due)), (before, due))
        self.assertEqual(set(Payment.objects.values_list("is_before_ledger", "way")),
                         {(True, "transfer")})  # fmt: skip
        self.assertFalse(OpenBalance.objects.exists())
        rows = self.everything()
        self.assertFalse(self.enter())
        self.assertEqual(self.everything(), rows)

    def test_a_paid_order(self) -> None:
        self.pay_before()
        self.assert_entered("20.49")
        self.assertEqual(self.order.payments.get().paid_at, PAID_ON)

    def test_a_line_that_was_refunded(self) -> None:
        self.pay_before()
        self.cancel_line("Bag", at=PAID_ON + timedelta(days=1))
        self.assert_entered("20.49", "12.00")
        refund = self.order.refunds.get()
        self.assertEqual(refund.done_at, PAID_ON + timedelta(days=1))
        self.assertEqual(refund.credit_note, self.order.invoices.credit_notes().get())

    def test_a_line_that_was_cancelled_before_the_payment(self) -> None:
        self.cancel_line("Bag")
        self.pay_before()
        self.assert_entered("8.49")

    def test_marked_paid_by_mistake_and_paid_later(self) -> None:
        self.pay_before()
        revoke_payment(order_id=self.order.pk)
        self.pay_before()
        self.assert_entered("20.49")

    def test_a_bill_that_was_written_anew(self) -> None:
        self.pay_before()
        self.correct()
        self.assert_entered("20.49")

    def test_written_anew_after_a_refund(self) -> None:
        self.pay_before()
        self.cancel_line("Bag")
        self.correct()
        self.cancel_line("Emma")
        self.assert_entered("20.49", "12.00", "8.49")

    def test_a_cancelled_order(self) -> None:
        self.pay_before()
        cancel_order(order_id=self.order.pk)
        self.assert_entered("20.49", "20.49")

    def test_nothing_came_nothing_is_entered(self) -> None:
        self.assertFalse(self.enter())
        self.pay_before()
        revoke_payment(order_id=self.order.pk)
        self.forget()
        self.assertFalse(self.enter())
        self.assertEqual((self.payments(), self.refunds()), ([], []))
        self.assertEqual(self.standing(), ("new", "20.49", ""))

    def test_a_refund_by_the_release_before_is_entered_too(self) -> None:
        """It writes papers, and no ledger, while the new release takes over."""
        self.pay_before()
        self.cancel_line("Bag")
        Refund.objects.all().delete()
        self.assertEqual(str(self.read().due), "-12.00")
        self.assertTrue(self.enter())
        self.assertEqual(self.refunds(), [("12.00", "done", True)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertFalse(self.enter())

    def test_whatever_touches_money_enters_it_first(self) -> None:
        self.pay_before()
        self.forget()
        self.cancel_line("Bag")
        self.assertEqual(self.payments(), [("20.49", "paid")])
        self.assertEqual(self.refunds(), [("12.00", "requested", True)])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_money_for_an_order_of_before_is_too_much(self) -> None:
        self.pay_before()
        self.forget()
        self.pay("3.00")
        self.assertEqual(self.payments(), [("20.49", "paid"), ("3.00", "paid")])
        self.assertEqual(self.standing(), ("paid", "-3.00", "-3.00"))


class ReadTests(LedgerTestCase):
    def test_read_in_the_orders_own_query_it_is_the_same(self) -> None:
        self.pay("30.00")
        line = self.order.lines.get(name="Bag")
        move_order_lines(
            order_id=self.order.pk, line_ids=[line.pk], status=OrderLine.Status.CANCELLED
        )
        orders = Order.objects.with_ledger().prefetch_related("lines", "charges")
        with self.assertNumQueries(3):
            balance = orders.get(pk=self.order.pk).balance
        self.assertEqual(balance, self.read().balance)
        self.assertEqual(
            [str(getattr(balance, name)) for name in
             ("charged", "paid", "refunded", "to_refund", "due", "overpaid")],
            ["8.49", "30.00", "0.00", "12.00", "-9.51", "9.51"],
        )  # fmt: skip

    def test_without_any_money_all_is_due(self) -> None:
        balance = Order.objects.with_ledger().get(pk=self.order.pk).balance
        self.assertEqual(balance, Balance(charged=self.order.total))
        self.assertEqual((str(balance.due), balance.is_part_paid), ("20.49", False))


class ConstraintTests(LedgerTestCase):
    """What the database itself refuses, whoever writes."""

    def assert_impossible(self, constraint: str, model, *rows: dict) -> None:
        common = {"order": self.order, "currency": "GBP", "way": "transfer", "amount": "5.00"}
        with self.assertRaises(IntegrityError) as refused, transaction.atomic():
            for row in rows:
                model.objects.bulk_create([model(**common | row)])
        if "UNIQUE" not in str(refused.exception):  # SQLite names columns there
            self.assertIn(constraint, str(refused.exception))
        self.assertFalse(model.objects.exists())

    def test_payments(self) -> None:
        paid = {"state": "paid", "paid_at": timezone.now()}
        for constraint, *rows in (
            ("payment_positive", paid | {"amount": 0}),
            ("payment_positive", paid | {"amount": "-0.01"}),
            ("payment_paid_has_a_time", {"state": "paid"}),
            ("payment_reference_once", *[paid | {"reference": "T-1"}] * 2),
            ("payment_reference_once", paid | {"reference": "T-1"},
             {"state": "pending", "reference": "T-1"}),
            ("payment_before_ledger_once", *[paid | {"is_before_ledger": True}] * 2),
        ):  # fmt: skip
            with self.subTest(rows=rows):
                self.assert_impossible(constraint, Payment, *rows)

    def test_refunds(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        note = self.order.invoices.get()
        done = {"state": "done", "done_at": timezone.now()}
        for constraint, *rows in (
            ("refund_positive", done | {"amount": 0}),
            ("refund_done_has_a_time", {"state": "done"}),
            ("refund_reference_once", *[done | {"reference": "OUT-1"}] * 2),
            ("refund_before_ledger_once",
             *[done | {"is_before_ledger": True, "credit_note": note}] * 2),
        ):  # fmt: skip
            with self.subTest(rows=rows):
                self.assert_impossible(constraint, Refund, *rows)

    def test_what_failed_frees_its_reference(self) -> None:
        for _ in range(2):
            Payment.objects.create(order=self.order, currency="GBP", way="transfer",
                                   amount="5.00", state="failed", reference="T-1")  # fmt: skip
        self.assertEqual(Payment.objects.count(), 2)
