"""A row that somebody holds: nobody waits for long, few wait at once, and the customer is told."""

import sqlite3
import threading
import time
from unittest import mock

import psycopg
from django.db import OperationalError, connection, connections, transaction
from django.test import SimpleTestCase, TestCase, TransactionTestCase, tag

from booktime.backends import postgresql
from booktime.server import lock_waits
from booktime.server.lock_waits import LockWaits, may_wait
from main.errors import TRY_AGAIN
from main.models import Message, Order, Product
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.checkout_page_case import DONE, REVIEW, CheckoutPageTestCase
from main.tests.support.dispatch_case import SENT, DispatchTestCase
from main.tests.support.factories import BasketLineFactory, OrderFactory, ProductFactory
from main.tests.support.held_row import holding
from main.tests.support.needs import ON_POSTGRESQL


def held_too_long() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = psycopg.errors.LockNotAvailable()
    return error


def locked() -> OperationalError:
    error = OperationalError("database is locked")
    error.__cause__ = sqlite3.OperationalError()
    error.__cause__.sqlite_errorname = "SQLITE_BUSY"
    return error


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = psycopg.errors.DeadlockDetected()
    return error


@tag("door")
class ToldPageTests(TestCase):
    def setUp(self) -> None:
        basket = BasketLineFactory().basket
        self.client.force_login(basket.user)
        checkout = ready_checkout(basket)
        self.shown = {"checkout": checkout.pk, "quote": checkout.offered.key}

    def place(self, error: Exception | None = None):
        with mock.patch("main.actions.checkout._hold_books", side_effect=error or KeyError):
            return self.client.post(REVIEW, self.shown)

    def test_the_customer_is_asked_to_try_again_and_nothing_is_lost(self) -> None:
        for error, level in (
            (held_too_long(), "WARNING"),
            (locked(), "WARNING"),
            (deadlock(), "ERROR"),
        ):
            with self.subTest(str(error)), self.assertLogs("django.request", level) as logs:
                response = self.place(error)
            self.assertContains(response, "Please try again in a moment.", status_code=503)
            self.assertContains(response, "Nothing is lost", status_code=503)
            self.assertEqual(response["Retry-After"], "5")
            self.assertIn("no-store", response["Cache-Control"])
            self.assertEqual([record.levelname for record in logs.records], [level])
            self.assertFalse(Order.objects.exists())
        self.assertRedirects(self.client.post(REVIEW, self.shown), DONE)

    def test_a_fault_of_ours_stays_one(self) -> None:
        with self.assertRaises(KeyError):
            self.place()

    def test_also_where_no_view_was_reached(self) -> None:
        self.client.raise_request_exception = False
        with mock.patch(
            "django.contrib.auth.middleware.AuthenticationMiddleware.process_request",
            side_effect=held_too_long(),
        ):
            response = self.client.get("/about-us/")
        self.assertContains(response, "Please try again in a moment.", status_code=503)
        self.assertEqual(response["Retry-After"], "5")


@tag("door")
class TypedTests(CheckoutPageTestCase):
    """What somebody typed is on the page that says so."""

    def test_addresses(self) -> None:
        self.put()
        with (
            mock.patch("main.views.checkout.set_addresses", side_effect=held_too_long()),
            self.assertLogs("django.request", "WARNING"),
        ):
            response = self.give()
        self.assertContains(response, TRY_AGAIN, status_code=503)
        self.assertContains(response, 'value="12 Gower Street"', status_code=503)
        self.assertEqual(response["Retry-After"], "5")
        self.assertRedirects(self.give(), REVIEW)

    def test_a_message(self) -> None:
        order = OrderFactory()
        self.client.force_login(order.user)
        address = f"/orders/{order.pk}/conversation/"
        typed = {"text": "Where is it?", "cid": "b0a7a1d0-5a52-4b62-9bd2-1b0f6f3f1c11"}
        with (
            mock.patch("main.views.conversations.post_message", side_effect=held_too_long()),
            self.assertLogs("django.request", "WARNING"),
        ):
            response = self.client.post(address, typed)
        self.assertContains(response, TRY_AGAIN, status_code=503)
        for kept in (typed["text"], typed["cid"]):
            self.assertContains(response, kept, status_code=503)
        self.assertEqual(response["Retry-After"], "5")
        self.assertEqual(Message.objects.filter(kind=Message.Kind.TEXT).count(), 0)
        self.client.post(address, typed)
        self.assertEqual(Message.objects.filter(kind=Message.Kind.TEXT).count(), 1)


@tag("door")
class ToldProgramTests(DispatchTestCase):
    def test_the_api_says_so_in_its_own_format(self) -> None:
        self.as_(self.dispatcher)
        with mock.patch("main.api.orderlines.move_order_lines", side_effect=held_too_long()):
            response = self.set_status(self.line, SENT)
        self.assertEqual((response.status_code, response["Retry-After"]), (503, "5"))
        self.assertEqual(response["Content-Type"], "application/problem+json")
        self.assertEqual(response.json()["status"], 503)
        self.assertIn("Try again.", response.json()["detail"])


@ON_POSTGRESQL
class HeldBookTests(TransactionTestCase):
    """With a fifth of a second instead of five."""

    def setUp(self) -> None:
        line = BasketLineFactory()
        self.book = line.product
        self.client.force_login(line.basket.user)
        checkout = ready_checkout(line.basket)
        self.shown = {"checkout": checkout.pk, "quote": checkout.offered.key}

    def limit(self, milliseconds: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout TO {milliseconds}")
        self.addCleanup(connection.close)

    def test_a_web_process_waits_for_seconds(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            self.assertEqual(cursor.fetchone(), (f"{postgresql.LOCK_LIMIT}s",))

    def test_whoever_buys_it_is_told_in_time_and_can_buy_it_afterwards(self) -> None:
        self.limit(200)
        with holding(self.book), self.assertLogs("django.request", "WARNING"):
            response = self.client.post(REVIEW, self.shown)
        self.assertContains(response, "Please try again in a moment.", status_code=503)
        self.assertFalse(Order.objects.exists())
        self.assertRedirects(self.client.post(REVIEW, self.shown), DONE)

    def test_without_the_limit_the_same_customer_waits(self) -> None:
        self.limit(0)
        with holding(self.book) as other:
            release = threading.Timer(0.6, other.commit)
            release.start()
            begun = time.monotonic()
            self.assertRedirects(self.client.post(REVIEW, self.shown), DONE)
            self.assertGreater(time.monotonic() - begun, 0.5)
            release.join()


@tag("once")
class PatienceTests(SimpleTestCase):
    def test_some_wait_as_long_as_they_may_and_the_others_are_a_crowd(self) -> None:
        waits = LockWaits(most=2)
        got = []
        for number in range(3):
            with mock.patch.object(lock_waits.threading, "get_ident", return_value=number):
                got.append(waits._enter()[1])
        self.assertEqual(got, [False, False, True])

    def test_patience_ends_when_nobody_gets_through(self) -> None:
        waits = LockWaits(most=1)
        waits._begun = {1: 10.0, 2: 10.5}
        long, little = lock_waits.PATIENCE, lock_waits.LITTLE_PATIENCE
        self.assertEqual([waits._patience(now) for now in (10.9, 11.1)], [long, little])
        waits._moved_at = 11.0
        self.assertEqual([waits._patience(now) for now in (11.1, 12.1)], [long, little])

    def test_reading_waits_for_nobody(self) -> None:
        for sql, expected in (
            ('SELECT "id" FROM "main_product"', False),
            ('SELECT "id" FROM "main_product" FOR NO KEY UPDATE OF "main_product"', True),
            ("INSERT INTO main_order VALUES (1)", True),
            ('UPDATE "main_basket" SET "status" = 20', True),
            ("SELECT pg_advisory_xact_lock(%s)", True),
            ("SET LOCAL lock_timeout TO DEFAULT", False),
            (b"SELECT 1", False),
        ):
            self.assertIs(may_wait(sql), expected, sql)


@ON_POSTGRESQL
class CrowdTests(TransactionTestCase):
    """Four threads want a row that is held."""

    def setUp(self) -> None:
        self.book = ProductFactory()
        self.enterContext(mock.patch.object(lock_waits, "PATIENCE", 0.1))
        self.ended: dict[int, str] = {}

    def want(self, number: int, waits: LockWaits, begin: threading.Barrier) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout TO DEFAULT")
        waits.wrap(connection=connection)
        begin.wait(5)
        try:
            with transaction.atomic():
                Product.objects.locked().get(pk=self.book.pk)
                with connection.cursor() as cursor:
                    cursor.execute("SHOW lock_timeout")
                    self.ended[number] = cursor.fetchone()[0]
        except OperationalError as error:
            self.ended[number] = str(error)
        finally:
            connections.close_all()

    def crowd(self, *, most: int) -> tuple[list[str], list[str]]:
        """What came of those who gave up while the row was held, and of all the others."""
        waits, begin = LockWaits(most=most), threading.Barrier(4)
        threads = [threading.Thread(target=self.want, args=(n, waits, begin)) for n in range(4)]
        with holding(self.book) as other:
            for thread in threads:
                thread.start()
            until = time.monotonic() + 1
            while len(self.ended) < 4 - most and time.monotonic() < until:
                time.sleep(0.01)
            early = set(self.ended)
            other.commit()
            for thread in threads:
                thread.join(5)
        return [self.ended[n] for n in early], [self.ended[n] for n in self.ended.keys() - early]

    def test_one_waits_and_the_others_give_up_at_once(self) -> None:
        gave_up, got_it = self.crowd(most=1)
        self.assertEqual(len(gave_up), 3)
        for error in gave_up:
            self.assertIn("lock timeout", error)
        self.assertEqual(got_it, ["5s"])

    def test_without_that_all_of_them_wait(self) -> None:
        gave_up, got_it = self.crowd(most=4)
        self.assertEqual((gave_up, got_it), ([], ["5s"] * 4))

    def test_while_others_get_through_the_crowd_goes_on_waiting(self) -> None:
        waits = LockWaits(most=1)
        waits._begun = {0: time.monotonic()}
        waits.wrap(connection=connection)
        self.addCleanup(connection.execute_wrappers.clear)
        with holding(self.book) as other, mock.patch.object(lock_waits, "PATIENCE", 0.2):
            moving = threading.Timer(0.1, lambda: setattr(waits, "_moved_at", time.monotonic()))
            release = threading.Timer(0.3, other.commit)
            for timer in (moving, release):
                timer.start()
            self.assertEqual(Product.objects.filter(pk=self.book.pk).update(stock=3), 1)
            release.join()

    def test_whoever_finds_it_free_gets_it_in_a_crowd_too(self) -> None:
        waits = LockWaits(most=1)
        waits._begun = {0: time.monotonic(), 1: time.monotonic()}
        waits.wrap(connection=connection)
        self.addCleanup(connection.execute_wrappers.clear)
        self.assertEqual(Product.objects.filter(pk=self.book.pk).update(stock=3), 1)
        with transaction.atomic(), connection.cursor() as cursor:
            Product.objects.locked().get()
            cursor.execute("SHOW lock_timeout")
            self.assertEqual(cursor.fetchone(), ("5s",))
