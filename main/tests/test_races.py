"""Many real requests at once on a real server; the same again unprotected, when it must fail."""

import threading
import time
import unittest
from functools import partial

import psycopg
from django.db import connection
from django.test import Client, tag

from booktime.backends.postgresql import LOCK_LIMIT
from main.models import Basket, Order, OrderLine, Product, User
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import PASSWORD, ProductFactory, UserFactory
from main.tests.support.held_row import holding
from main.tests.support.live_services import database_url
from main.tests.support.live_shop import Answer, Post, lasting_shop, make_session
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.race_case import Race, RaceTestCase, place
from main.views.visitor import BASKET_KEY


def setUpModule() -> None:
    """One server for all races: starting it takes longer than most of them."""
    RaceTestCase.shop = unittest.enterModuleContext(
        lasting_shop(application="main.tests.support.racing_asgi")
    )


class LastCopyRaces(RaceTestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(stock=1)
        requests = [self.checkout_of_guest(number, self.book) for number in range(50)]
        self.race = Race(requests, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(OrderLine.objects.filter(product=self.book).count(), 1)
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 0)
        self.assertEqual(sorted(a.status for a in answers), [302] + [409] * 49)
        self.assertEqual(Basket.objects.open().count(), 49)

    def test_fifty_buyers_and_one_copy_give_one_order(self) -> None:
        self.run_races(self.race)

    def test_without_locks_the_last_copy_is_fought_over(self) -> None:
        self.run_races(self.race, without="locks")


@tag("door")
class CrowdRaces(RaceTestCase):
    """A crowd at once, each wanting two of four books, in both orders; books for two in five."""

    pause = 0.01
    people = 60

    def race_of(self, people: int) -> Race:
        self.stock = people // 5
        self.books = books = ProductFactory.create_batch(4, stock=self.stock)
        pairs = [(books[n % 4], books[(n + 1 + n // 4 % 3) % 4]) for n in range(people)]
        requests = [self.checkout_of_guest(n, *pair) for n, pair in enumerate(pairs)]
        return Race(requests, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual({a.status for a in answers}, {302, 409})
        placed = [a for a in answers if a.status == 302]
        self.assertEqual(Order.objects.count(), len(placed))
        for book in self.books:
            book.refresh_from_db()
            sold = OrderLine.objects.filter(product=book).count()
            self.assertEqual(book.stock + sold, self.stock, book.name)
        # Nobody was refused while both books were there.
        self.assertLessEqual(len([book for book in self.books if book.stock]), 1)

    def test_a_crowd_buys_and_there_is_not_one_mistake_in_the_stock(self) -> None:
        self.run_races(self.race_of(self.people))

    def test_without_locks_the_stock_is_wrong_after_forty(self) -> None:
        self.run_races(self.race_of(40), without="locks")


@ON_POSTGRESQL
class HeldBookTests(RaceTestCase):
    """Nine customers order a book whose row another process holds: one more than threads."""

    def test_other_pages_are_answered_meanwhile_and_so_is_the_health_check(self) -> None:
        book = ProductFactory(stock=20)
        requests = [self.checkout_of_guest(number, book) for number in range(9)]
        self.shop.headers = {}
        answers: list[Answer] = []

        def order() -> None:
            answers.extend(self.shop.post_at_once(requests))

        with holding(book) as other:
            crowd = threading.Thread(target=order)
            crowd.start()
            self.await_waiters(3)
            begun = time.monotonic()
            page, health = self.shop.get("/about-us/"), self.shop.get("/healthz/")
            took = time.monotonic() - begun
            other.commit()
            crowd.join(20)
        self.assertEqual((page.status, health.status), (200, 200))
        self.assertLess(took, LOCK_LIMIT - 1)  # sooner than by the end of those who may wait
        self.assertEqual({a.status for a in answers}, {302, 503})
        placed = [a for a in answers if a.status == 302]
        self.assertEqual(Order.objects.count(), len(placed))
        self.assertGreaterEqual(len(placed), 1)
        told = [a.body for a in answers if a.status == 503]
        self.assertTrue(all("Please try again in a moment." in body for body in told))

    def await_waiters(self, count: int) -> None:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until = time.monotonic() + 10
        with psycopg.connect(database_url(), autocommit=True) as look:
            while look.execute(waiting).fetchone()[0] < count and time.monotonic() < until:
                time.sleep(0.01)


class SameBasketRaces(RaceTestCase):
    pause = 0.2

    def setUp(self) -> None:
        self.user = UserFactory()
        self.book = ProductFactory(stock=100)
        basket = Basket.objects.create(user=self.user)
        basket.lines.create(product=self.book, quantity=3, price_seen=self.book.price)
        checkout, session = ready_checkout(basket), session_of(self.user)
        self.race = Race([place(checkout, session)] * 20, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(OrderLine.objects.count(), 1)
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 97)
        self.assertEqual({a.location for a in answers}, {"/order/done/"})

    def test_one_basket_submitted_twenty_times_gives_one_order(self) -> None:
        self.run_races(self.race)

    def test_without_locks_one_basket_is_ordered_wrongly(self) -> None:
        self.run_races(self.race, without="locks")


class AdditionRaces(RaceTestCase):
    """Twenty requests of one browser, to a basket that is there and to one that must be made."""

    def setUp(self) -> None:
        self.book = ProductFactory(stock=100)
        user = UserFactory()
        Basket.objects.create(user=user)
        self.races = [
            Race(self.additions(make_session()), partial(self.verdict, user=None)),
            Race(self.additions(session_of(user)), partial(self.verdict, user=user)),
        ]

    def additions(self, session: str) -> list[Post]:
        return [add(self.book, session) for _ in range(20)]

    def verdict(self, answers: list[Answer], *, user: User | None) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual([a.location for a in answers], ["/basket/"] * 20)
        found = Basket.objects.filter(user=user).values_list("lines__product", "lines__quantity")
        self.assertEqual(list(found), [(self.book.pk, 20)])

    def test_twenty_additions_of_a_guest_and_of_a_user_give_quantity_twenty(self) -> None:
        self.run_races(*self.races)

    def test_without_locks_additions_are_lost(self) -> None:
        self.run_races(*self.races, without="locks")


class FirstBasketRaces(RaceTestCase):
    """A user without a basket, on several devices at once."""

    def setUp(self) -> None:
        self.user, self.books = UserFactory(), ProductFactory.create_batch(10)
        requests = [add(book, session_of(self.user)) for book in self.books]
        self.race = Race(requests, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual([a.location for a in answers], ["/basket/"] * 10)
        self.assertEqual(Basket.objects.count(), 1)
        self.assertEqual(Basket.objects.get().lines.count(), 10)

    def drop_constraint(self) -> None:
        """What lets only one of them make the basket; put back after the test."""
        constraint = next(
            c for c in Basket._meta.constraints if c.name == "basket_one_open_per_user"
        )

        def put_back() -> None:
            Basket.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(Basket, constraint)

        with connection.schema_editor() as editor:
            editor.remove_constraint(Basket, constraint)
        self.addCleanup(put_back)

    def test_one_open_basket_is_made(self) -> None:
        self.run_races(self.race)

    def test_without_the_constraint_several_are_made(self) -> None:
        self.drop_constraint()
        self.run_races(self.race, without="locks")


class LoginMergeRaces(RaceTestCase):
    """Two devices, or two tabs of one browser, sign in at the same moment."""

    pause = 0.3  # hashing the passwords takes longer for one than for the other

    def setUp(self) -> None:
        self.shared, self.first, self.second = ProductFactory.create_batch(3)

    def put(self, basket: Basket, *books: Product, quantity: int) -> None:
        for book in books:
            basket.lines.create(product=book, quantity=quantity, price_seen=book.price)

    def customer(self) -> User:
        """With one copy of the shared book in the basket."""
        user = UserFactory()
        self.put(Basket.objects.create(user=user), self.shared, quantity=1)
        return user

    def guest_session(self, key: str, *books: Product) -> str:
        self.put(Basket.objects.create(guest_key=key), *books, quantity=2)
        return make_session(**{BASKET_KEY: key})

    def login(self, user: User, session: str) -> Post:
        return Post("/login/", {"login": user.email, "password": PASSWORD}, session)

    def verdict(self, answers: list[Answer], *, user: User, expected: list[int]) -> None:
        """`expected`: how many of the shared, the first and the second book are in the basket."""
        self.assert_no_trouble(answers)
        self.assertEqual([a.status for a in answers], [302, 302])
        self.assertEqual(Basket.objects.filter(user=None).count(), 0)
        lines = Basket.objects.filter(user=user).values_list("lines__product", "lines__quantity")
        books = [self.shared.pk, self.first.pk, self.second.pk]
        self.assertEqual(sorted(lines), sorted(zip(books, expected, strict=True)))

    def two_devices(self) -> Race:
        user = self.customer()
        phone = self.guest_session("phone", self.shared, self.first)
        desk = self.guest_session("desk", self.shared, self.second)
        requests = [self.login(user, phone), self.login(user, desk)]
        return Race(requests, partial(self.verdict, user=user, expected=[5, 2, 2]))

    def two_tabs(self) -> Race:
        user = self.customer()
        session = self.guest_session("one-browser", self.shared, self.first, self.second)
        requests = [self.login(user, session), self.login(user, session)]
        return Race(requests, partial(self.verdict, user=user, expected=[3, 2, 2]))

    def test_two_devices_lose_nothing_and_two_tabs_double_nothing(self) -> None:
        self.run_races(self.two_devices(), self.two_tabs())

    def test_without_locks_two_devices_lose_something(self) -> None:
        self.run_races(self.two_devices(), without="locks")

    def test_without_a_transaction_two_tabs_double_something(self) -> None:
        self.run_races(self.two_tabs(), without="transaction")


def add(book: Product, session: str) -> Post:
    return Post("/add_to_basket/", {"product_id": book.pk, "quantity": 1}, session)


def session_of(user: User) -> str:
    """A browser of its own in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client.session.session_key
