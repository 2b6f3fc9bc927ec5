"""Several windows at the checkout at once, on a real server; and unprotected, when it fails."""

import unittest

from django.db import connection, models, transaction
from django.test import TransactionTestCase

from main.models import Basket, Checkout, Order, OrderLine
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.checkout_page_case import ADDRESSES, DONE, GUEST_FIELDS, REVIEW
from main.tests.support.factories import (
    PASSWORD,
    BasketLineFactory,
    ProductFactory,
    UserFactory,
)
from main.tests.support.live_shop import Answer, Post, lasting_shop, make_session
from main.tests.support.paid_elsewhere import PaidElsewhere, paid_elsewhere
from main.tests.support.race_case import Race, RaceTestCase, place
from main.views.visitor import BASKET_KEY

ORDERS = 3  # that one client may place as a guest in an hour


def setUpModule() -> None:
    RaceTestCase.shop = unittest.enterModuleContext(
        lasting_shop(
            application="main.tests.support.racing_asgi", GUEST_ORDERS_PER_HOUR=str(ORDERS)
        )
    )


class FirstCheckoutRaces(RaceTestCase):
    """A guest's addresses are sent ten times at once."""

    pause = 0.5  # a busy machine takes as long until the second of them has read

    def setUp(self) -> None:
        basket = Basket.objects.create(guest_key="hasty")
        book = ProductFactory()
        basket.lines.create(product=book, quantity=1, price_seen=book.price)
        session = make_session(**{BASKET_KEY: "hasty"})
        self.race = Race([Post(ADDRESSES, GUEST_FIELDS, session)] * 10, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual({answer.location for answer in answers}, {REVIEW})
        self.assertEqual(Checkout.objects.count(), 1)
        self.assertEqual(Checkout.objects.get().billing["city"], "London")

    def drop_constraint(self) -> None:
        """What lets only one of them begin the checkout; put back after the test."""
        unique = Checkout._meta.get_field("basket")
        many = models.ForeignKey(Basket, models.CASCADE, db_constraint=False)
        many.set_attributes_from_name("basket")
        many.model = Checkout

        def put_back() -> None:
            Checkout.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.alter_field(Checkout, many, unique)

        with connection.schema_editor() as editor:
            editor.alter_field(Checkout, unique, many)
        self.addCleanup(put_back)

    def test_one_checkout_is_begun(self) -> None:
        self.run_races(self.race)

    def test_without_lock_and_constraint_several_are_begun(self) -> None:
        self.drop_constraint()
        self.run_races(self.race, without="locks")


class OutsideTests(TransactionTestCase):
    """A provider may take its time: nobody waits for it with rows held."""

    def setUp(self) -> None:
        basket = BasketLineFactory().basket
        self.client.force_login(basket.user)
        self.checkout = ready_checkout(basket)

    def place(self) -> list[bool]:
        shown = {"checkout": self.checkout.pk, "quote": self.checkout.offered.key}
        with paid_elsewhere():
            self.client.post(REVIEW, shown | {"payment_way": "elsewhere"})
        return PaidElsewhere.begun_in_transaction

    def test_a_payment_is_begun_when_the_order_is_committed(self) -> None:
        self.assertEqual(self.place(), [False])

    def test_the_test_would_see_a_transaction(self) -> None:
        with transaction.atomic():
            self.assertEqual(self.place(), [True])


class SignInWhilePlacingRaces(RaceTestCase):
    """One tab places the order of a guest, and in another the guest signs in."""

    pause = 2.0  # the order is under way for as long as the password takes to check

    def setUp(self) -> None:
        self.user, self.book = UserFactory(), ProductFactory(stock=10)
        basket = Basket.objects.create(guest_key="hasty")
        basket.lines.create(product=self.book, quantity=2, price_seen=self.book.price)
        session = make_session(**{BASKET_KEY: "hasty"})
        login = Post("/login/", {"login": self.user.email, "password": PASSWORD}, session)
        self.race = Race([place(ready_checkout(basket), session), login], self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        """What was ordered is ordered once, and nothing of it is in a basket any more."""
        self.assert_no_trouble(answers)
        ordered = sum(OrderLine.objects.values_list("quantity", flat=True))
        waiting = Basket.objects.open().filter(lines__quantity=2).count() * 2
        self.book.refresh_from_db()
        self.assertEqual((ordered + waiting, self.book.stock), (2, 10 - ordered))
        placing = answers[0]
        # Signing in may end the session before the thanks are remembered in it (400).
        if placing.location == DONE or placing.status == 400:
            self.assertEqual(ordered, 2)
        else:
            self.assertEqual((placing.location, ordered), (f"/login/?next={REVIEW}", 0))

    def test_the_books_are_ordered_or_in_the_basket(self) -> None:
        self.run_races(self.race)

    def test_without_locks_they_are_both_or_neither(self) -> None:
        self.run_races(self.race, without="locks")


class OrderLimitRaces(RaceTestCase):
    """Eight guests of one client order different books at once."""

    def setUp(self) -> None:
        books = ProductFactory.create_batch(8)
        requests = [self.checkout_of_guest(number, book) for number, book in enumerate(books)]
        self.race = Race(requests, self.verdict)

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual(sorted(a.status for a in answers), [302] * ORDERS + [429] * (8 - ORDERS))
        self.assertEqual(Order.objects.count(), ORDERS)
        self.assertEqual(Basket.objects.open().count(), 8 - ORDERS)

    def test_no_more_are_placed_than_the_limit_says(self) -> None:
        self.run_races(self.race)

    def test_without_locks_they_would_not_see_each_other(self) -> None:
        self.run_races(self.race, without="locks")
