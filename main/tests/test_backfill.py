"""What release 0.1.0 left behind is taken over while the shop is open, and looks the same after."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from threading import Barrier, Thread
from unittest import mock

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase, tag
from django.utils import timezone

from main import jobs
from main.actions import backfill as backfilling
from main.actions.backfill import Backfilled, backfill
from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order, correct_billing_address
from main.actions.payments import mark_order_paid, record_payment
from main.gateways.payments import Receipt
from main.management.commands import backfill as by_hand
from main.models import Invoice, Message, Order, OrderLine, Payment, papers
from main.tests.support.before_case import by_release_0_1_0, ledger_of, order_of_before, tell
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.visitors import somebody_else
from main.wording import documents
from main.wording.facts import message_text
from main.wording.messages import message_item

CANCELLED, SENT = OrderLine.Status.CANCELLED, OrderLine.Status.SENT
PATIENCE = 60  # seconds: no machine is so busy
PAID = ("payment", "26.97", "paid", True)


def move(order: Order, place: int, status: OrderLine.Status) -> None:
    line_ids = [order.lines.order_by("pk")[place].pk]
    move_order_lines(order_id=order.pk, line_ids=line_ids, status=status, may_refund=True)


def paid_before(*moves: tuple[int, OrderLine.Status]) -> Order:
    """Paid, and some lines moved, in 0.1.0's time."""
    order = order_of_before()
    with by_release_0_1_0(order):
        mark_order_paid(order_id=order.pk)
        for place, status in moves:
            move(order, place, status)
    return Order.objects.get(pk=order.pk)


def shown(order: Order) -> list[dict]:
    return [message_item(each) for each in order.conversation.messages.order_by("seq")]


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


class BatchTests(TestCase):
    def setUp(self) -> None:
        self.enterContext(mock.patch.object(backfilling, "AT_ONCE", 2))
        self.enterContext(mock.patch.object(backfilling, "AT_MOST", 2))
        self.enterContext(mock.patch.object(backfilling, "HELD_FOR", PATIENCE))
        self.orders = [paid_before() for _ in range(5)]

    def left(self) -> int:
        return Message.objects.filter(kind="system", values__isnull=True).count()

    def test_a_part_at_a_time_until_nothing_is_left(self) -> None:
        steps = []
        done = backfill(on_progress=lambda done: steps.append(done.orders))
        self.assertEqual((steps, done.orders, done.facts), ([2, 4, 5], 5, 10))
        self.assertTrue(done.is_complete)

    def test_when_the_time_is_up_it_ends_and_goes_on_the_next_time(self) -> None:
        done = backfill(seconds=0)
        self.assertEqual((done.orders, done.is_complete, self.left()), (2, False, 6))
        self.assertEqual((backfill(seconds=0).orders, self.left()), (2, 2))
        jobs.take_over_old_orders.call()
        self.assertEqual(self.left(), 0)

    def test_stopped_in_a_part_it_has_done_those_before(self) -> None:
        save, calls = backfilling._save, []

        def fail_second(facts: list[Message]) -> None:
            calls.append(facts)
            if len(calls) == 2:
                raise KeyboardInterrupt
            save(facts)

        with (
            mock.patch.object(backfilling, "_save", fail_second),
            self.assertRaises(KeyboardInterrupt),
        ):
            backfill()
        self.assertEqual(self.left(), 6)
        self.assertEqual(Payment.objects.count(), 2)
        self.assertEqual(backfill().orders, 3)
        self.assertEqual((self.left(), Payment.objects.count()), (0, 5))

    def test_as_many_at_once_as_are_held_for_a_moment_only(self) -> None:
        sizes = []
        found = backfilling._orders_of_before

        def ask(*, after: int, size: int) -> list[int]:
            sizes.append(size)
            return found(after=after, size=size)

        self.enterContext(mock.patch.object(backfilling, "_orders_of_before", ask))
        self.enterContext(mock.patch.object(backfilling, "AT_MOST", 3))
        backfill()
        self.assertEqual(sizes, [2, 3, 3])
        Message.objects.filter(kind="system").update(values=None)
        with mock.patch.object(backfilling, "HELD_FOR", 0):
            backfill()
        self.assertEqual(sizes[3:], [2, 1, 1, 1, 1])

    def test_by_hand(self) -> None:
        output = StringIO()
        call_command("backfill", stdout=output)
        call_command("backfill", stdout=output)
        self.assertEqual(
            output.getvalue().splitlines(),
            [
                "Backfilled orders=5 facts=10 (verbatim=0)",
                "Backfilled orders=0 facts=0 (verbatim=0)",
            ],
        )

    def test_as_many_queries_for_many_orders_as_for_few(self) -> None:
        with self.assertNumQueries(18):
            backfilling._take_over([order.pk for order in self.orders[:1]], Backfilled())
        with self.assertNumQueries(18):
            backfilling._take_over([order.pk for order in self.orders[1:]], Backfilled())


@ON_POSTGRESQL
class RaceTests(TransactionTestCase):
    def at_once(self, *hands: Callable[[], None]) -> None:
        """Each in a thread with its own connection; what one raises is raised."""
        start, errors = Barrier(len(hands)), []

        def run(hand: Callable[[], None]) -> None:
            try:
                start.wait()
                hand()
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [Thread(target=run, args=[hand]) for hand in hands]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_an_order_in_use_is_left_and_nobody_waits(self) -> None:
        orders = [paid_before() for _ in range(3)]
        with somebody_else() as other:
            other.execute("SELECT 1 FROM main_order WHERE id = %s FOR UPDATE", [orders[1].pk])
            with (
                mock.patch.object(by_hand, "PAUSE", 0),
                self.assertRaisesMessage(CommandError, "Orders still in use: 1. Run it again."),
            ):
                call_command("backfill", stdout=StringIO())
            self.assertEqual([len(ledger_of(order)) for order in orders], [1, 0, 1])
        self.assertEqual(backfill(), Backfilled(orders=1, facts=2, is_complete=True))

    def test_by_hand_it_comes_back_to_what_was_in_use(self) -> None:
        orders = [paid_before() for _ in range(3)]
        output = StringIO()
        with somebody_else() as other:
            other.execute("SELECT 1 FROM main_order WHERE id = %s FOR UPDATE", [orders[1].pk])
            with mock.patch.object(by_hand.time, "sleep", lambda seconds: other.rollback()):
                call_command("backfill", stdout=output)
        self.assertEqual(output.getvalue(), "Backfilled orders=3 facts=6 (verbatim=0)\n")

    def test_twice_at_once(self) -> None:
        orders = [paid_before((1, CANCELLED)) for _ in range(20)]
        with mock.patch.object(backfilling, "AT_ONCE", 3):
            self.at_once(backfill, backfill, backfill)
            backfill()
        expected = [PAID, ("refund", "9.99", "done", True)]
        self.assertEqual([ledger_of(order) for order in orders], [expected] * 20)
        self.assertFalse(Message.objects.filter(kind="system", values__isnull=True).exists())

    def test_while_orders_go_on(self) -> None:
        orders = [paid_before() for _ in range(12)]

        def go_on() -> None:
            for order in orders:
                move(order, 1, CANCELLED)

        with mock.patch.object(backfilling, "AT_ONCE", 2):
            self.at_once(backfill, go_on, backfill)
            backfill()
        self.assertEqual({Order.objects.get(pk=order.pk).due for order in orders}, {Decimal(0)})
        self.assertEqual({len(order.payments.all()) for order in orders}, {1})
        self.assertEqual({len(order.refunds.all()) for order in orders}, {1})
