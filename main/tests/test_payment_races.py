"""Receipts that are recorded at once: each counts once, and an order is billed once."""

import contextlib
import time
from functools import partial
from threading import Barrier
from unittest import mock

from django.test import skipUnlessDBFeature

from main.actions import payments
from main.actions.payments import record_payment
from main.actions.refunds import request_refund
from main.models import Order, Refund
from main.models.orders import OrderQuerySet
from main.tests.support.ledger_case import make_order, receipt
from main.tests.test_order_races import DONE, PATIENCE, OrderRaceTestCase


@skipUnlessDBFeature("has_select_for_update")
class ReceiptRaces(OrderRaceTestCase):
    def setUp(self) -> None:
        self.order = make_order()

    def record(self, reference: str = "", order: Order | None = None) -> None:
        told = receipt(reference=reference)
        record_payment(order_id=(order or self.order).pk, receipt=told)

    def outcome(self) -> tuple[str, str, int, int]:
        """The order's state, what is due, how many payments and how many documents there are."""
        order = Order.objects.get(pk=self.order.pk)
        counts = order.payments.count(), order.invoices.count()
        return order.get_status_display(), str(order.due), *counts

    def without_lock(self) -> contextlib.ExitStack:
        """All have entered their receipt before one after the other follows it."""
        all_are_there, settle = Barrier(2), payments.settle

        def late(**arguments):
            all_are_there.wait(timeout=PATIENCE)
            time.sleep(self.pause())
            return settle(**arguments)

        stack = contextlib.ExitStack()
        unlocked = mock.patch.object(OrderQuerySet, "locked", lambda query: query.order_by("pk"))
        stack.enter_context(unlocked)
        stack.enter_context(mock.patch.object(payments, "settle", late))
        return stack

    def test_one_receipt_recorded_by_eight_counts_once(self) -> None:
        self.assertEqual(self.race(*[partial(self.record, "T-1")] * 8), [DONE] * 8)
        self.assertEqual(self.outcome(), ("paid", "0.00", 1, 1))

    def test_two_receipts_count_each_and_bill_once(self) -> None:
        self.assertEqual(self.race(*[self.record] * 2), [DONE] * 2)
        self.assertEqual(self.outcome(), ("paid", "-20.49", 2, 1))

    def test_without_the_lock_two_receipts_bill_twice(self) -> None:
        with self.without_lock():
            self.race(*[self.record] * 2)
        self.assertEqual(self.outcome()[2:], (2, 2))

    def test_one_reference_for_two_orders_is_for_one_of_them(self) -> None:
        """Neither holds the other's row: the database has the last word."""
        other = make_order()
        hands = [partial(self.record, "T-1", order) for order in (self.order, other)]
        self.assertEqual(sorted(self.race(*hands)), ["PaymentRefused", DONE])
        paid = Order.objects.filter(status=Order.Status.PAID)
        self.assertEqual((paid.count(), paid.get().payments.count()), (1, 1))

    def test_a_surplus_is_promised_back_once(self) -> None:
        self.record()
        self.record()
        hands = [partial(request_refund, order_id=self.order.pk)] * 4
        self.assertEqual(sorted(self.race(*hands)), ["PaymentRefused"] * 3 + [DONE])
        self.assertEqual(str(Refund.objects.get().amount), "20.49")
