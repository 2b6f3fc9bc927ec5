"""What release 0.1.0 left behind is taken over while the shop is open, and looks the same after."""

from decimal import Decimal

from django.test import SimpleTestCase, TestCase, tag
from django.utils import timezone

from main.actions.backfill import Backfilled, backfill
from main.actions.dropped_payments import revoke_payment
from main.actions.orders import cancel_order, correct_billing_address
from main.actions.payments import mark_order_paid, record_payment
from main.gateways.payments import Receipt
from main.models import Invoice, Message, Order, Payment, papers
from main.tests.support.backfill_case import CANCELLED, PAID, SENT, move, paid_before, shown
from main.tests.support.before_case import by_release_0_1_0, ledger_of, order_of_before, tell
from main.wording import documents
from main.wording.facts import message_text


class LedgerTests(TestCase):
    """Papers enter the ledger: to the cent, once, and marked as of before."""

    def assert_ledger(self, order: Order, *entries: tuple[str, str, str, bool]) -> None:
        before = Order.objects.get(pk=order.pk).balance
        backfill()
        self.assertEqual(ledger_of(order), [*entries])
        self.assertEqual(Order.objects.get(pk=order.pk).balance, before)
        self.assertEqual(backfill(), Backfilled(is_complete=True))
        self.assertEqual(ledger_of(order), [*entries])

    def test_a_new_order_has_none(self) -> None:
        self.assert_ledger(order_of_before())

    def test_a_paid_one(self) -> None:
        order = paid_before((0, SENT))
        self.assert_ledger(order, PAID)
        payment = order.payments.get()
        self.assertEqual(payment.paid_at, order.invoices.get().issued_at)
        self.assertEqual(
            (payment.currency, payment.way, payment.reference, payment.recorded_by),
            ("GBP", "transfer", "", None),
        )

    def test_what_was_refunded(self) -> None:
        order = paid_before((0, SENT), (0, CANCELLED), (1, CANCELLED))
        self.assert_ledger(
            order, PAID, ("refund", "16.98", "done", True), ("refund", "9.99", "done", True)
        )
        notes = order.invoices.credit_notes().order_by("pk")
        self.assertEqual(
            [(each.credit_note, each.done_at) for each in order.refunds.all()],
            [(note, note.issued_at) for note in notes],
        )

    def test_cancelled_before_and_after_it_was_paid(self) -> None:
        never = order_of_before()
        cancel_order(order_id=never.pk)
        order = paid_before()
        with by_release_0_1_0(order):
            cancel_order(order_id=order.pk)
        self.assert_ledger(order, PAID, ("refund", "26.97", "done", True))
        self.assertEqual(ledger_of(never), [])

    def test_marked_paid_by_mistake_nothing_came(self) -> None:
        order = paid_before()
        with by_release_0_1_0(order):
            revoke_payment(order_id=order.pk)
        self.assert_ledger(order)

    def test_paid_after_the_mistake(self) -> None:
        order = paid_before()
        with by_release_0_1_0(order):
            revoke_payment(order_id=order.pk)
            mark_order_paid(order_id=order.pk)
        self.assert_ledger(order, PAID)

    def test_a_corrected_invoice_moved_no_money(self) -> None:
        order = paid_before((1, CANCELLED))
        with by_release_0_1_0(order):
            correct_billing_address(order_id=order.pk, address={"city": "Leeds"})
        self.assert_ledger(order, PAID, ("refund", "9.99", "done", True))

    def test_invoices_are_only_read(self) -> None:
        order = paid_before((1, CANCELLED))
        before = list(Invoice.objects.order_by("pk").values())
        backfill()
        self.assertEqual(list(Invoice.objects.order_by("pk").values()), before)
        self.assertEqual(len(ledger_of(order)), 2)


class WrittenMeanwhileTests(TestCase):
    """0.1.0 serves on while a push is under way, or again after one: it knows no ledger."""

    def setUp(self) -> None:
        self.order = mark_order_paid(order_id=order_of_before().pk)

    def balance(self) -> tuple[str, str, str]:
        """(due, paid, refunded)."""
        balance = Order.objects.get(pk=self.order.pk).balance
        return str(balance.due), str(balance.paid), str(balance.refunded)

    def assert_backfilled(self, *entries: tuple[str, str, str, bool]) -> None:
        self.assertEqual(backfill().orders, 1)
        self.assertEqual(ledger_of(self.order), [*entries])
        self.assertEqual(backfill(), Backfilled(is_complete=True))
        self.assertEqual(ledger_of(self.order), [*entries])

    def test_a_refund(self) -> None:
        with by_release_0_1_0(self.order):
            move(self.order, 1, CANCELLED)
        self.assertEqual(self.balance(), ("-9.99", "26.97", "0.00"))
        self.assert_backfilled(
            ("payment", "26.97", "paid", False), ("refund", "9.99", "done", True)
        )
        self.assertEqual(self.balance(), ("0.00", "26.97", "9.99"))

    def test_a_refund_of_more_than_is_there_goes_no_further(self) -> None:
        self.order.payments.update(amount="20.00")
        with by_release_0_1_0(self.order):
            cancel_order(order_id=self.order.pk)
        self.assert_backfilled(
            ("payment", "20.00", "paid", False), ("refund", "20.00", "done", True)
        )
        self.assertEqual(self.balance(), ("0.00", "20.00", "20.00"))

    def test_a_payment_that_was_none(self) -> None:
        with by_release_0_1_0(self.order):
            revoke_payment(order_id=self.order.pk)
        self.assertEqual(self.balance(), ("0.00", "26.97", "0.00"))
        self.assert_backfilled(("payment", "26.97", "failed", False))
        self.assertEqual(self.balance(), ("26.97", "0.00", "0.00"))

    def test_a_payment_that_was_none_and_came_then(self) -> None:
        with by_release_0_1_0(self.order):
            revoke_payment(order_id=self.order.pk)
        mark_order_paid(order_id=self.order.pk)
        self.assertEqual(
            ledger_of(self.order),
            [("payment", "26.97", "failed", False), ("payment", "26.97", "paid", False)],
        )

    def test_a_payment_of_before_that_came_twice(self) -> None:
        self.order = paid_before()
        for _ in range(2):
            backfill()
            with by_release_0_1_0(self.order):
                revoke_payment(order_id=self.order.pk)
            self.assert_backfilled(("payment", "26.97", "failed", True))
            with by_release_0_1_0(self.order):
                mark_order_paid(order_id=self.order.pk)
            self.assertEqual(self.balance(), ("26.97", "0.00", "0.00"))
            self.assert_backfilled(PAID)

    def test_the_rest_of_a_part(self) -> None:
        self.order = order_of_before()
        receipt = Receipt(way="transfer", amount=Decimal("5.00"), currency="GBP", at=timezone.now())
        record_payment(order_id=self.order.pk, receipt=receipt)
        with by_release_0_1_0(self.order):
            Payment.objects.filter(order=self.order).delete()
            mark_order_paid(order_id=self.order.pk)
        self.assertEqual(self.balance(), ("21.97", "5.00", "0.00"))
        self.assert_backfilled(
            ("payment", "5.00", "paid", False), ("payment", "21.97", "paid", True)
        )

    def test_what_came_too_much_is_nothing_of_its_doing(self) -> None:
        receipt = Receipt(way="transfer", amount=Decimal("5.00"), currency="GBP", at=timezone.now())
        record_payment(order_id=self.order.pk, receipt=receipt)
        with by_release_0_1_0(self.order):
            correct_billing_address(order_id=self.order.pk, address={"city": "Leeds"})
        self.assertEqual(backfill(), Backfilled(is_complete=True))
        self.assertEqual(self.balance(), ("-5.00", "31.97", "0.00"))

    def test_its_own_ledger_is_left_alone(self) -> None:
        """A part of it refunded by this release, revoked, and paid for again."""
        move(self.order, 1, CANCELLED)
        revoke_payment(order_id=self.order.pk)
        mark_order_paid(order_id=self.order.pk)
        before = ledger_of(self.order)
        Message.objects.filter(conversation=self.order.pk, kind="system").update(values=None)
        self.assertEqual(backfill().orders, 0)
        self.assertEqual(ledger_of(self.order), before)


@tag("once")
class PaperWordTests(SimpleTestCase):
    def test_the_reasons_on_paper_only_are_those_that_notes_are_given(self) -> None:
        """This release's notes of these kinds move no money either."""
        self.assertEqual(papers.MENDING, {documents.NOT_PAID, documents.ADDRESS_CORRECTED})


class FactTests(TestCase):
    def test_all_kinds_are_shown_as_they_were(self) -> None:
        order = paid_before((0, SENT), (1, CANCELLED))
        before = shown(order)
        self.assertEqual(
            [fact["text"] for fact in before],
            [
                "The order was placed.",
                f"The payment arrived. Invoice: {order.invoices.first().number}.",
                "Sent: 2 × Emma.",
                "Cancelled: 1 × Dracula.",
                f"£9.99 will be paid back. Credit note: {order.invoices.last().number}.",
            ],
        )
        done = backfill()
        self.assertEqual((done.facts, done.verbatim), (5, 0))
        self.assertEqual(shown(order), before)
        self.assertFalse(order.conversation.messages.filter(values__isnull=True).exists())

    def test_the_old_text_stays_for_release_0_1_0(self) -> None:
        order = paid_before((0, SENT))
        texts = list(order.conversation.messages.values_list("seq", "text"))
        backfill()
        self.assertEqual(list(order.conversation.messages.values_list("seq", "text")), texts)
        self.assertNotIn("", [text for _, text in texts])

    def test_what_is_written_today_release_0_1_0_can_read(self) -> None:
        """It reads no values, and knows some kinds of facts by their words alone."""
        order = order_of_before()
        receipt = Receipt(way="transfer", amount=Decimal("5.00"), currency="GBP", at=timezone.now())
        record_payment(order_id=order.pk, receipt=receipt)
        mark_order_paid(order_id=order.pk)
        move(order, 0, SENT)
        move(order, 1, CANCELLED)
        told = list(order.conversation.messages.order_by("seq"))
        kinds = ["placed", "part_paid", "paid", "sent", "cancelled", "refunded"]
        self.assertEqual([each.fact for each in told], kinds)
        self.assertEqual([each.text for each in told], [message_text(each) for each in told])
        self.assertNotIn("", [each.text for each in told])

    def test_what_cannot_be_taken_apart_is_looked_at_once(self) -> None:
        order = order_of_before()
        told = tell(order, Message.Fact.SENT, "Sent: a parcel.")
        done = backfill()
        self.assertEqual((done.facts, done.verbatim), (1, 1))
        told.refresh_from_db()
        self.assertEqual((told.values, message_text(told)), ({"verbatim": True}, "Sent: a parcel."))
        self.assertEqual(backfill(), Backfilled(is_complete=True))

    def test_what_people_said_has_no_values(self) -> None:
        order = order_of_before()
        said = tell(order, "", "The order was placed.")
        Message.objects.filter(pk=said.pk).update(kind=Message.Kind.TEXT)
        self.assertEqual(backfill(), Backfilled(is_complete=True))
        said.refresh_from_db()
        self.assertIsNone(said.values)
