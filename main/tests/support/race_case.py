"""Races of many real requests: sent at once to a real server, and what must hold after them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.test import TransactionTestCase, tag

from main.models import Basket, Checkout, Product
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.live_shop import Answer, LiveShop, Post, make_session
from main.views.visitor import BASKET_KEY


@dataclass(frozen=True)
class Race:
    """Requests that are sent at once, and what must hold after them, whoever came first."""

    requests: Sequence[Post]
    verdict: Callable[[list[Answer]], None]


@tag("server")
class RaceTestCase(TransactionTestCase):
    """Runs races one after another in one server, with the shop's protection or without it."""

    shop: LiveShop
    pause = 0.05  # seconds between a request's reading and its writing

    def run_races(self, *races: Race, without: str = "") -> None:
        with self.shop.on_test_data():
            answers = []
            for number, race in enumerate(races):
                self.shop.headers = {
                    "X-Pause": str(self.pause),
                    "X-Race": f"{self.id()} {number}",
                    "X-Without": without,
                }
                answers.append(self.shop.post_at_once(race.requests))
        for number, race in enumerate(races):
            with self.subTest(race=number):
                if not without:
                    race.verdict(answers[number])
                    continue
                with self.assertRaises(AssertionError, msg="It passes unprotected as well."):
                    race.verdict(answers[number])

    def assert_no_trouble(self, answers: list[Answer]) -> None:
        """Nobody saw an error of ours, least of all a locked database."""
        self.assertEqual([a.body for a in answers if a.status >= 500], [])
        self.assertEqual([a for a in answers if "database is locked" in a.body], [])

    def checkout_of_guest(self, number: int, *books: Product) -> Post:
        """A guest who has one copy of each book in the basket and is about to order."""
        key = f"buyer-{number}"
        basket = Basket.objects.create(guest_key=key)
        for book in books:
            basket.lines.create(product=book, quantity=1, price_seen=book.price)
        return place(ready_checkout(basket), make_session(**{BASKET_KEY: key}))


def place(checkout: Checkout, session: str) -> Post:
    """The button of the page that was shown last."""
    fields = {"checkout": checkout.pk, "quote": checkout.offered.key}
    return Post("/order/review/", fields, session)
