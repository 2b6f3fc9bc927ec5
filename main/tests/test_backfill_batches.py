"""The backfill in parts, beside others at work: resumed, by hand, by the worker, twice at once."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from threading import Barrier, Thread
from unittest import mock

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import TestCase, TransactionTestCase

from main import jobs
from main.actions import backfill as backfilling
from main.actions.backfill import Backfilled, backfill
from main.management.commands import backfill as by_hand
from main.models import Message, Order, Payment
from main.tests.support.backfill_case import CANCELLED, PAID, move, paid_before
from main.tests.support.before_case import ledger_of
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.visitors import somebody_else

PATIENCE = 60  # seconds: no machine is so busy


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
    """With few orders; with many: bin/prove backfill."""

    orders = 8

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
        orders = [paid_before((1, CANCELLED)) for _ in range(self.orders)]
        with mock.patch.object(backfilling, "AT_ONCE", 3):
            self.at_once(backfill, backfill, backfill)
            backfill()
        expected = [PAID, ("refund", "9.99", "done", True)]
        self.assertEqual([ledger_of(order) for order in orders], [expected] * self.orders)
        self.assertFalse(Message.objects.filter(kind="system", values__isnull=True).exists())

    def test_while_orders_go_on(self) -> None:
        orders = [paid_before() for _ in range(self.orders)]

        def go_on() -> None:
            for order in orders:
                move(order, 1, CANCELLED)

        with mock.patch.object(backfilling, "AT_ONCE", 2):
            self.at_once(backfill, go_on, backfill)
            backfill()
        self.assertEqual({Order.objects.get(pk=order.pk).due for order in orders}, {Decimal(0)})
        self.assertEqual({len(order.payments.all()) for order in orders}, {1})
        self.assertEqual({len(order.refunds.all()) for order in orders}, {1})
