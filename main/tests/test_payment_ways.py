"""The ways to pay keep their protocol; one that is begun outside comes to each of its ends."""

from django.template.loader import get_template
from django.test import SimpleTestCase, tag

from main.actions.dropped_payments import drop_payment
from main.actions.orders import cancel_order
from main.actions.payment_demands import begin_payment
from main.actions.payments import record_payment
from main.emails.orders import refund_context
from main.errors import PaymentUnavailable
from main.gateways.payments import BegunOutside, PaymentWay, offered_ways, payment_way, ways
from main.models import Order, Payment, Refund
from main.tests.support.ledger_case import TOTAL, LedgerTestCase, receipt
from main.tests.support.paid_elsewhere import PaidElsewhere, paid_elsewhere

COLUMN = Payment._meta.get_field("way")


@tag("once")
class WayTests(SimpleTestCase):
    def setUp(self) -> None:
        self.enterContext(paid_elsewhere())

    def test_each_has_a_code_that_fits_and_words(self) -> None:
        codes = [way.code for way in ways()]
        self.assertEqual(codes, ["transfer", "in_shop", "elsewhere"])
        for way in ways():
            with self.subTest(way.code):
                self.assertRegex(way.code, r"^[a-z][a-z0-9_]*$")
                self.assertLessEqual(len(way.code), COLUMN.max_length)
                for words in (way.label, way.goes_back):
                    self.assertTrue(words)
                    self.assertEqual(words, words.strip(" ."))
                self.assertIs(payment_way(way.code), way)
                details = way.details("1234-5678-9012")
                self.assertTrue(all(isinstance(each, str) for each in details.values()))
                for name in PaymentWay.__annotations__:
                    self.assertTrue(hasattr(way, name), name)

    def test_each_that_is_offered_has_its_templates(self) -> None:
        self.assertEqual([way.code for way in offered_ways()], ["transfer", "elsewhere"])
        for way in offered_ways():
            for name in ("choice.html", "panel.html", "mail.html", "mail.txt"):
                get_template(f"payments/{way.code}/{name}")

    def test_only_some_are_begun_outside(self) -> None:
        begun = [way.code for way in ways() if isinstance(way, BegunOutside)]
        self.assertEqual(begun, ["elsewhere"])

    def test_one_that_the_shop_has_no_longer(self) -> None:
        self.assertIsNone(payment_way("cheque"))
        context = refund_context(Refund(way="cheque"))
        self.assertEqual(context["goes_back"], "the way it came")


class ElsewhereTests(LedgerTestCase):
    """From pending to paid, failed and expired, as the provider reports it."""

    def setUp(self) -> None:
        self.enterContext(paid_elsewhere())
        Order.objects.filter(pk=self.order.pk).update(payment_way="elsewhere")
        self.first = f"elsewhere-{self.order.number}"

    def begin(self) -> str:
        """The reference of the payment that was begun."""
        begun = begin_payment(order=self.read())
        self.assertEqual(begun.url, PaidElsewhere.address)
        return begun.reference

    def report(self, reference: str, amount: str = TOTAL) -> Payment:
        told = receipt(amount, reference, way="elsewhere")
        return record_payment(order_id=self.order.pk, receipt=told)

    def give_up(self, reference: str, state: Payment.State) -> None:
        PaidElsewhere.attempt = "-again"
        drop_payment(payment_id=Payment.objects.get(reference=reference).pk, state=state)

    def test_begun_it_is_expected_once(self) -> None:
        self.assertEqual([self.begin(), self.begin()], [self.first, self.first])
        self.assertEqual(self.payments(), [(TOTAL, "pending")])
        self.assertEqual(self.standing(), ("new", TOTAL, ""))
        self.assertEqual(self.facts(), [])

    def test_charged_it_is_paid_once_however_often_it_is_reported(self) -> None:
        reference = self.begin()
        self.assertEqual(self.report(reference), self.report(reference))
        self.assertEqual(self.payments(), [(TOTAL, "paid")])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))
        self.assertEqual(self.order.payments.get().way, "elsewhere")
        self.assertEqual(begin_payment(order=self.read()).reference, "")

    def test_failed_another_is_begun(self) -> None:
        self.give_up(self.begin(), Payment.State.FAILED)
        second = self.begin()
        self.assertEqual(second, f"{self.first}-again")
        self.report(second)
        self.assertEqual(self.payments(), [(TOTAL, "failed"), (TOTAL, "paid")])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_lapsed_and_charged_after_all(self) -> None:
        reference = self.begin()
        self.give_up(reference, Payment.State.EXPIRED)
        self.assertEqual(self.payments(), [(TOTAL, "expired")])
        self.report(reference)
        self.assertEqual(self.payments(), [(TOTAL, "paid")])

    def test_the_report_may_be_here_before_the_answer(self) -> None:
        PaidElsewhere.meanwhile = staticmethod(self.report)
        self.begin()
        self.assertEqual(self.payments(), [(TOTAL, "paid")])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_only_what_is_due_is_asked_for(self) -> None:
        self.pay("5.00")
        self.report(self.begin(), "15.49")
        self.assertEqual(self.payments(), [("5.00", "paid"), ("15.49", "paid")])
        self.assertEqual(self.standing(), ("paid", "0.00", ""))

    def test_where_the_provider_is_away_nothing_is_expected(self) -> None:
        PaidElsewhere.is_away = True
        self.assert_refused(
            PaymentUnavailable,
            "You cannot pay elsewhere just now.",
            begin_payment,
            order=self.read(),
        )

    def test_it_goes_back_to_where_it_came_from(self) -> None:
        self.report(self.begin())
        ((_, text),) = self.mailed_by(cancel_order, order_id=self.order.pk)
        self.assertIn(f"We'll refund £{TOTAL} to where you paid.", text)

    def test_by_transfer_nothing_is_begun_outside(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(payment_way="transfer")
        begun = begin_payment(order=self.read())
        self.assertEqual((begun.reference, begun.url, self.payments()), ("", "", []))
