"""Many real requests at once on a real server; the same again without locks, when it must fail."""

from collections.abc import Callable
from functools import partial

from django.test import TransactionTestCase

from main.models import Basket, BasketLine, Order, OrderLine, Product
from main.tests.factories import PASSWORD, AddressFactory, ProductFactory, UserFactory
from main.tests.live_shop import Answer, Post, live_shop, make_session
from main.views.visitor import BASKET_KEY

GUEST = {
    "email": "guest@booktime.example",
    "shipping_same": "on",
    "billing-name": "Ada Reader",
    "billing-address1": "12 Gower Street",
    "billing-city": "London",
    "billing-zip_code": "WC1E 6BT",
    "billing-country": "GB",
}


class RaceTestCase(TransactionTestCase):
    """Sends requests at once and has a verdict on what came of them."""

    pause = 0.05  # seconds between a request's reading and its writing

    def run_race(
        self, requests: list[Post], verdict: Callable[[list[Answer]], None], *, locks: bool
    ) -> None:
        with live_shop(locks=locks, PAUSE=str(self.pause)) as shop:
            answers = shop.post_at_once(requests)
        if locks:
            verdict(answers)
            return
        with self.assertRaises(AssertionError, msg="Without locks the race passes as well."):
            verdict(answers)

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
        seen = {"basket": basket.pk, "total": sum(book.price for book in books)}
        session = make_session(**{BASKET_KEY: key})
        return Post("/order/address_select/", GUEST | seen, session)


class LastCopyRaces(RaceTestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(stock=1)
        self.requests = [self.checkout_of_guest(number, self.book) for number in range(50)]

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(OrderLine.objects.filter(product=self.book).count(), 1)
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 0)
        self.assertEqual(sorted(a.status for a in answers), [302] + [409] * 49)
        self.assertEqual(Basket.objects.open().count(), 49)

    def test_fifty_buyers_and_one_copy_give_one_order(self) -> None:
        self.run_race(self.requests, self.verdict, locks=True)

    def test_without_locks_the_last_copy_is_fought_over(self) -> None:
        self.run_race(self.requests, self.verdict, locks=False)


class CrowdTests(RaceTestCase):
    """Two hundred people at once, each wanting two of four books, in both orders."""

    pause = 0

    def test_two_hundred_buyers_and_not_one_mistake_in_the_stock(self) -> None:
        books = ProductFactory.create_batch(4, stock=40)
        pairs = [(books[n % 4], books[(n + 1 + n // 4 % 3) % 4]) for n in range(200)]
        requests = [self.checkout_of_guest(n, *pair) for n, pair in enumerate(pairs)]

        def verdict(answers: list[Answer]) -> None:
            self.assert_no_trouble(answers)
            self.assertEqual({a.status for a in answers}, {302, 409})
            placed = [a for a in answers if a.status == 302]
            self.assertEqual(Order.objects.count(), len(placed))
            for book in books:
                book.refresh_from_db()
                sold = OrderLine.objects.filter(product=book).count()
                self.assertEqual(book.stock + sold, 40, book.name)
            # Nobody was refused while both books were there.
            self.assertLessEqual(len([book for book in books if book.stock]), 1)

        self.run_race(requests, verdict, locks=True)


class SameBasketRaces(RaceTestCase):
    pause = 0.2

    def setUp(self) -> None:
        self.user = UserFactory()
        address = AddressFactory(user=self.user)
        self.book = ProductFactory(stock=100)
        basket = Basket.objects.create(user=self.user)
        basket.lines.create(product=self.book, quantity=3, price_seen=self.book.price)
        fields = {
            "basket": basket.pk,
            "total": self.book.price * 3,
            "billing_address": address.pk,
            "shipping_address": address.pk,
        }
        self.client.force_login(self.user)
        session = self.client.session.session_key
        self.requests = [Post("/order/address_select/", fields, session) for _ in range(20)]

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(OrderLine.objects.count(), 1)
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 97)
        self.assertEqual({a.location for a in answers}, {"/order/done/"})

    def test_one_basket_submitted_twenty_times_gives_one_order(self) -> None:
        self.run_race(self.requests, self.verdict, locks=True)

    def test_without_locks_one_basket_is_ordered_wrongly(self) -> None:
        self.run_race(self.requests, self.verdict, locks=False)


class AdditionRaces(RaceTestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(stock=100)

    def requests(self, session: str) -> list[Post]:
        fields = {"product_id": self.book.pk, "quantity": 1}
        return [Post("/add_to_basket/", fields, session) for _ in range(20)]

    def verdict(self, answers: list[Answer]) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual([a.location for a in answers], ["/basket/"] * 20)
        self.assertEqual([line.quantity for line in BasketLine.objects.all()], [20])
        self.assertEqual(Basket.objects.count(), 1)

    def test_twenty_additions_to_a_guests_basket_give_quantity_twenty(self) -> None:
        """The session exists, the basket does not: it must be made once."""
        self.run_race(self.requests(make_session()), self.verdict, locks=True)

    def test_twenty_additions_to_a_users_basket_give_quantity_twenty(self) -> None:
        self.client.force_login(UserFactory())
        session = self.client.session.session_key
        self.run_race(self.requests(session), self.verdict, locks=True)

    def test_without_locks_additions_are_lost(self) -> None:
        self.run_race(self.requests(make_session()), self.verdict, locks=False)


class LoginMergeRaces(RaceTestCase):
    """Two devices, or two tabs of one browser, sign in at the same moment."""

    pause = 0.3  # hashing the passwords takes longer for one than for the other

    def setUp(self) -> None:
        self.user = UserFactory(email="ada@booktime.example")
        self.shared, self.first, self.second = ProductFactory.create_batch(3)
        own = Basket.objects.create(user=self.user)
        self.put(own, self.shared, 1)

    def put(self, basket: Basket, book, quantity: int) -> None:
        basket.lines.create(product=book, quantity=quantity, price_seen=book.price)

    def guest_session(self, key: str, *books) -> str:
        basket = Basket.objects.create(guest_key=key)
        for book in books:
            self.put(basket, book, 2)
        return make_session(**{BASKET_KEY: key})

    def login(self, session: str) -> Post:
        return Post("/login/", {"login": self.user.email, "password": PASSWORD}, session)

    def verdict(self, answers: list[Answer], *, expected: dict) -> None:
        self.assert_no_trouble(answers)
        self.assertEqual([a.status for a in answers], [302, 302])
        basket = Basket.objects.open().get()
        self.assertEqual(basket.user, self.user)
        found = {line.product_id: line.quantity for line in basket.lines.all()}
        self.assertEqual(found, {book.pk: quantity for book, quantity in expected.items()})

    def two_devices(self, *, locks: bool) -> None:
        requests = [
            self.login(self.guest_session("phone", self.shared, self.first)),
            self.login(self.guest_session("desk", self.shared, self.second)),
        ]
        expected = {self.shared: 5, self.first: 2, self.second: 2}
        self.run_race(requests, partial(self.verdict, expected=expected), locks=locks)

    def two_tabs(self, *, locks: bool) -> None:
        session = self.guest_session("one-browser", self.shared, self.first)
        requests = [self.login(session), self.login(session)]
        expected = {self.shared: 3, self.first: 2}
        self.run_race(requests, partial(self.verdict, expected=expected), locks=locks)

    def test_two_devices_lose_nothing(self) -> None:
        self.two_devices(locks=True)

    def test_two_tabs_double_nothing(self) -> None:
        self.two_tabs(locks=True)

    def test_without_locks_two_devices_lose_something(self) -> None:
        self.two_devices(locks=False)


class FirstBasketRaces(RaceTestCase):
    """A user without a basket, on several devices at once."""

    def test_one_open_basket_is_made(self) -> None:
        user, books = UserFactory(), ProductFactory.create_batch(10)
        sessions = []
        for _ in books:
            self.client.force_login(user)
            sessions.append(self.client.session.session_key)
            self.client.cookies.clear()
        requests = [
            Post("/add_to_basket/", {"product_id": book.pk, "quantity": 1}, session)
            for book, session in zip(books, sessions, strict=True)
        ]
        with live_shop() as shop:
            answers = shop.post_at_once(requests)
        self.assert_no_trouble(answers)
        self.assertEqual(Basket.objects.get().lines.count(), 10)
