"""How many orders and unpaid copies are taken from one client, for one address, by one account."""

from datetime import timedelta
from itertools import count

from django.conf import settings
from django.core import mail
from django.test import Client, SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from main.actions.checkout import place_order
from main.actions.order_limits import forget_origins
from main.actions.payments import mark_order_paid
from main.errors import TooManyOrders
from main.models import Basket, Checkout, Order, OrderOrigin, User
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.checkout_page_case import DONE, CheckoutPageTestCase
from main.tests.support.factories import ProductFactory, UserFactory
from main.wording.links import unlinked
from main.wording.orders import greeting


class OrderLimitCase(TestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(stock=1000)
        self.number = count()

    def order(
        self,
        *,
        client: str | None = "here",
        email: str = "",
        copies: int = 1,
        user: User | None = None,
    ) -> Order:
        """Of a guest with a mail address of their own, unless it is given."""
        number = next(self.number)
        owner = {"user": user} if user else {"guest_key": f"guest-{number}"}
        basket = Basket.objects.create(**owner)
        basket.lines.create(product=self.book, quantity=copies, price_seen=self.book.price)
        checkout = ready_checkout(basket, email=email or f"guest{number}@booktime.example")
        return place_order(checkout_id=checkout.pk, quote=checkout.offered.key, client=client)

    def assert_refused(self, words: str, **order: object) -> None:
        before = Order.objects.count()
        with self.assertRaisesRegex(TooManyOrders, words):
            self.order(**order)
        self.assertEqual(Order.objects.count(), before)
        Basket.objects.open().delete()

    def an_hour_later(self) -> None:
        Order.objects.update(created_at=timezone.now() - timedelta(hours=1))


class OrdersPerHourTests(OrderLimitCase):
    @override_settings(GUEST_ORDERS_PER_HOUR=2)
    def test_of_three_orders_of_one_client_two_are_taken(self) -> None:
        self.order()
        self.order()
        self.assert_refused("Many orders have just been placed from your connection")
        self.order(client="elsewhere")
        self.an_hour_later()
        self.order()

    @override_settings(ADDRESS_ORDERS_PER_HOUR=1)
    def test_one_address_gets_so_many_mails_whoever_sends_them(self) -> None:
        self.order(client="x", email="ada@booktime.example")
        self.assert_refused("with this e-mail address", client="y", email="Ada@booktime.example")
        self.an_hour_later()
        self.order(client="y", email="ada@booktime.example")

    def test_by_default_an_office_behind_one_address_can_order_and_a_flood_cannot(self) -> None:
        limits = (settings.GUEST_ORDERS_PER_HOUR, settings.ADDRESS_ORDERS_PER_HOUR,
                  settings.MEMBER_ORDERS_PER_HOUR, settings.GUEST_UNPAID_COPIES,
                  settings.MEMBER_UNPAID_COPIES)  # fmt: skip
        self.assertEqual(limits, (15, 5, 30, 100, 500))

    @override_settings(GUEST_ORDERS_PER_HOUR=1, MEMBER_ORDERS_PER_HOUR=1)
    def test_members_are_counted_by_account_wherever_they_are(self) -> None:
        self.order()
        ada, bea = UserFactory(), UserFactory()
        self.order(user=ada)
        self.assert_refused("You have just placed a great many orders", user=ada, client="x")
        self.order(user=bea)
        self.assert_refused("or sign in", client="here")

    @override_settings(GUEST_ORDERS_PER_HOUR=0, ADDRESS_ORDERS_PER_HOUR=0, GUEST_UNPAID_COPIES=0)
    def test_zero_is_no_limit(self) -> None:
        for _ in range(2):
            self.order(email="ada@booktime.example")
        self.assertEqual(Order.objects.count(), 2)

    @override_settings(GUEST_ORDERS_PER_HOUR=1)
    def test_what_the_shop_itself_places_is_not_counted(self) -> None:
        for _ in range(2):
            self.order(client=None)
        self.assertFalse(OrderOrigin.objects.exists())


@override_settings(GUEST_UNPAID_COPIES=3, MEMBER_UNPAID_COPIES=4)
class UnpaidCopiesTests(OrderLimitCase):
    def test_unpaid_copies_of_a_client_are_limited_until_one_order_is_paid(self) -> None:
        first = self.order(copies=2)
        self.order()
        self.assert_refused("for orders that are not paid yet")
        self.order(client="elsewhere", copies=3)
        mark_order_paid(order_id=first.pk)
        self.order(copies=2)

    def test_whoever_has_nothing_unpaid_may_order_any_number(self) -> None:
        self.order(copies=50)
        self.assert_refused("for orders that are not paid yet")

    def test_members_have_their_own_number(self) -> None:
        ada = UserFactory()
        self.order(user=ada, copies=3)
        self.order(user=ada, copies=1)
        self.assert_refused("for orders that are not paid yet", user=ada, client="elsewhere")

    def test_what_is_two_weeks_old_is_neither_counted_nor_kept(self) -> None:
        self.order(copies=3)
        recent = self.order(client="elsewhere")
        ago = timezone.now() - timedelta(days=settings.UNPAID_DAYS)
        old = Order.objects.exclude(pk=recent.pk)
        OrderOrigin.objects.filter(order__in=old).update(placed_at=ago)
        old.update(created_at=ago)
        self.order(copies=3)
        self.assertEqual((forget_origins(), OrderOrigin.objects.count()), (1, 2))


@override_settings(GUEST_ORDERS_PER_HOUR=1)
class RefusedPageTests(CheckoutPageTestCase):
    def come(self, *, address: str = "192.0.2.7", email: str = "guest@booktime.example") -> None:
        """A new guest with a basket and a complete checkout."""
        self.client = Client(REMOTE_ADDR=address)
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 2})
        self.give(email=email)

    def test_the_refusal_says_why_and_nothing_is_lost(self) -> None:
        self.come()
        self.assertRedirects(self.place(), DONE)
        self.come(email="other@booktime.example")
        response = self.place()
        self.assertContains(response, "Your basket stays as it is.", status_code=429)
        self.assertContains(response, "other@booktime.example", status_code=429)
        self.assertEqual((Order.objects.count(), len(mail.outbox)), (1, 1))
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 3)
        self.assertEqual(Basket.objects.open().get().lines.get().quantity, 2)
        Order.objects.update(created_at=timezone.now() - timedelta(hours=1))
        self.assertRedirects(self.place(self.shown(response)), DONE)

    def test_a_second_click_leads_to_the_order_and_is_not_counted(self) -> None:
        self.come()
        shown = self.shown()
        for _ in range(2):
            self.assertRedirects(self.place(shown), DONE)

    def test_the_network_is_stored_as_a_digest(self) -> None:
        self.come(address="2001:db8:1:2:3::1")
        self.place()
        self.come(address="2001:db8:1:2:4::1", email="other@booktime.example")
        self.assertEqual(self.place().status_code, 429)
        client = OrderOrigin.objects.get().client
        self.assertRegex(client, "^[0-9a-f]{32}$")

    def test_an_address_takes_no_link(self) -> None:
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 2})
        for link in ("Claim it: https://prize.example", "WWW.prize.example"):
            response = self.give(**{"billing-name": link})
            self.assertContains(response, "Please leave web addresses out.", status_code=400)
        self.assertFalse(Checkout.objects.exclude(billing=None).exists())


class MailedAddressTests(SimpleTestCase):
    def test_what_an_address_says_leads_nowhere_and_reads_the_same(self) -> None:
        for typed, mailed in [
            ("Win at prize.example/claim", "Win at prize. example/claim"),
            ("a@Prize.XN--90AIS", "a@Prize. XN--90AIS"),
            ("приз。рф", "приз。 рф"),
            ("ftp://prize", "ftp: //prize"),
            ("Cumhuriyet Mah.Atatürk Cad.No:5", "Cumhuriyet Mah. Atatürk Cad. No:5"),
            ("J. R. R. Tolkien, P.O. Box 1.5", "J. R. R. Tolkien, P.O. Box 1.5"),
        ]:
            self.assertEqual(unlinked(typed), mailed)


class MailedAddressPageTests(CheckoutPageTestCase):
    def test_neither_part_of_a_mail_has_a_strangers_link(self) -> None:
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 1})
        self.give(**{"billing-name": "Win at prize.example/claim"})
        self.assertRedirects(self.place(), DONE)
        (message,) = mail.outbox
        for body in (message.body, message.alternatives[0].content):
            self.assertEqual(body.count("Win at prize. example/claim"), 2)
            self.assertNotIn("prize.example", body)


class GreetingTests(SimpleTestCase):
    def test_a_member_is_greeted_by_name_and_a_guest_or_a_link_is_not(self) -> None:
        for user_id, name, said in [
            (1, "Ada Reader", "Hello Ada Reader,"),
            (1, "J. R. R. Tolkien", "Hello J. R. R. Tolkien,"),
            (None, "Ada Reader", "Hello,"),
            (1, "prize.example/claim", "Hello,"),
            (1, "see http://prize", "Hello,"),
        ]:
            self.assertEqual(greeting(Order(user_id=user_id, billing_name=name)), said)
