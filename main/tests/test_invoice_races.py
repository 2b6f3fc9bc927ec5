"""Many payments at once, and payments cut off: numbers without a gap, or nothing at all."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from unittest import mock

from django.db import DatabaseError, connection, connections
from django.db.models.signals import pre_save
from django.test import TestCase, TransactionTestCase

from main.actions import payments
from main.actions.payments import mark_order_paid
from main.models import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat, Order, OrderLine
from main.models.invoices import FrozenQuerySet, InvoiceSeriesQuerySet
from main.tests.support.factories import OrderFactory, OrderLineFactory
from main.tests.support.invoice_case import NOON
from main.tests.support.needs import ON_POSTGRESQL

THREADS = 8


def new_orders(count: int) -> list[int]:
    """Orders of one line each, quickly made; returns their keys."""
    line = OrderLineFactory()
    first = line.order
    copied = {field.attname: getattr(first, field.attname) for field in Order._meta.concrete_fields}
    made = [Order(**copied | {"id": first.pk + n}) for n in range(1, count)]
    Order.objects.bulk_create(made)
    fields = ["product", "name", "unit_price", "tax_rate", "quantity"]
    OrderLine.objects.bulk_create(
        OrderLine(order=order, **{name: getattr(line, name) for name in fields}) for order in made
    )
    return [first.pk, *(order.pk for order in made)]


def at_once(jobs: list[Callable[[], object]]) -> list[Exception]:
    """Run the jobs in THREADS threads that begin together; what they raised."""
    barrier, raised = threading.Barrier(THREADS), []

    def work(mine: list[Callable[[], object]]) -> None:
        barrier.wait()
        with closed_connections():
            for job in mine:
                try:
                    job()
                except Exception as error:  # judged in the test's own thread
                    raised.append(error)

    threads = [threading.Thread(target=work, args=[jobs[n::THREADS]]) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


@contextlib.contextmanager
def closed_connections() -> Iterator[None]:
    """A thread that ends here gives its connection back."""
    try:
        yield
    finally:
        connections.close_all()


@ON_POSTGRESQL
class NumberRaces(TransactionTestCase):
    """Eight clerks mark orders paid; in a new year, so that the series itself is raced for."""

    payments = 40

    def race(self, count: int) -> None:
        keys = new_orders(count)
        with mock.patch("main.events.order_paid"):  # mails are no part of the race
            raised = at_once(
                [lambda key=key: mark_order_paid(order_id=key, at=NOON) for key in keys]
            )
        self.assertEqual(raised, [])
        self.assertEqual(Order.objects.filter(status=Order.Status.PAID).count(), count)
        self.assertEqual(Invoice.objects.values("order").distinct().count(), count)
        given = sorted(Invoice.objects.values_list("sequence", flat=True))
        self.assertEqual(given, list(range(1, count + 1)))
        self.assertEqual(InvoiceSeries.objects.get().last_number, count)

    def test_payments_at_once_are_numbered_from_1_without_a_gap(self) -> None:
        self.race(self.payments)

    def test_without_the_lock_they_are_not(self) -> None:
        def pause(**kwargs) -> None:
            time.sleep(0.01)  # between reading the last number and writing the next

        pre_save.connect(pause, sender=InvoiceSeries)
        self.addCleanup(pre_save.disconnect, pause, sender=InvoiceSeries)
        with mock.patch.object(InvoiceSeriesQuerySet, "locked", lambda series: series):
            self.assertRaises(AssertionError, self.race, 40)


@ON_POSTGRESQL
class LostConnectionTests(TransactionTestCase):
    def test_a_payment_whose_connection_breaks_before_the_end_leaves_nothing(self) -> None:
        key = new_orders(1)[0]

        def break_off(*args, **kwargs) -> None:
            connection.connection.close()  # as when the process dies: nothing is said any more
            raise SystemExit

        def pay() -> None:
            with (
                closed_connections(),
                contextlib.suppress(SystemExit, DatabaseError),
                mock.patch.object(payments.events, "order_paid", break_off),
            ):
                mark_order_paid(order_id=key, at=NOON)

        thread = threading.Thread(target=pay)
        thread.start()
        thread.join(30)
        self.assertEqual(Order.objects.get().status, Order.Status.NEW)
        self.assertFalse(Invoice.objects.exists() or InvoiceSeries.objects.exists())
        mark_order_paid(order_id=key, at=NOON)
        self.assertEqual(Invoice.objects.get().number, "INV-2026-00001")


class CutOffTests(TestCase):
    """A payment fails after it was noted, before or while its invoice is written."""

    def test_neither_payment_nor_invoice_is_left_and_no_number_is_lost(self) -> None:
        order = OrderLineFactory(order=OrderFactory(status=Order.Status.NEW)).order
        failures = {
            "before the invoice": mock.patch("main.actions.payments.issue_invoice"),
            "before its number": mock.patch("main.actions.invoices._take_number"),
            "after its number": mock.patch.object(Invoice, "save"),
            "before its lines": mock.patch.object(FrozenQuerySet, "bulk_create"),
            "before its sums": mock.patch("main.actions.invoices._vat_lines"),
            "after it": mock.patch("main.events.order_paid"),
        }
        for moment, failure in failures.items():
            with self.subTest(moment):
                with failure as place, self.assertRaises(OSError):
                    place.side_effect = OSError("The disk is full.")
                    mark_order_paid(order_id=order.pk, at=NOON)
                order.refresh_from_db()
                self.assertEqual(order.status, Order.Status.NEW)
                for model in (Invoice, InvoiceLine, InvoiceVat, InvoiceSeries):
                    self.assertFalse(model.objects.exists(), model)
        mark_order_paid(order_id=order.pk, at=NOON)
        self.assertEqual(Invoice.objects.get().number, "INV-2026-00001")
        self.assertEqual((InvoiceLine.objects.count(), InvoiceVat.objects.count()), (1, 1))
