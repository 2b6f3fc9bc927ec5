"""A customer's orders: who may read them, ordering again, marking paid."""

from decimal import Decimal

from django.contrib.messages import get_messages
from django.core import signing
from django.db.models import ProtectedError
from django.test import TestCase

from main.actions.orders import mark_order_paid, order_again
from main.models import Basket, BasketOwner, Order
from main.models.order_access import make_access_token
from main.tests.factories import (
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    ProductFactory,
    UserFactory,
)


class OrderReadingTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.order = OrderFactory(user=self.user)
        OrderLineFactory(order=self.order, name="Emma")
        self.path = self.order.get_absolute_url()

    def test_owner_sees_lines_and_how_to_pay(self) -> None:
        self.client.force_login(self.user)
        response = self.client.get(self.path)
        self.assertContains(response, "Emma")
        self.assertContains(response, self.order.number)
        self.assertEqual(response.context["transfer"]["reference"], self.order.number)

    def test_a_paid_order_asks_for_no_payment(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        self.client.force_login(self.user)
        self.assertIsNone(self.client.get(self.path).context["transfer"])

    def test_others_and_strangers_find_nothing(self) -> None:
        self.assertEqual(self.client.get(self.path).status_code, 404)
        self.client.force_login(UserFactory())
        self.assertEqual(self.client.get(self.path).status_code, 404)
        self.assertEqual(self.client.post(f"{self.path}again/").status_code, 404)

    def test_history_has_ones_own_newest_first(self) -> None:
        OrderFactory()
        newer = OrderFactory(user=self.user)
        self.client.force_login(self.user)
        found = list(self.client.get("/orders/").context["page_obj"])
        self.assertEqual(found, [newer, self.order])
        self.assertEqual([order.line_count for order in found], [0, 1])

    def test_history_wants_signing_in(self) -> None:
        self.assertRedirects(self.client.get("/orders/"), "/login/?next=/orders/")

    def test_an_orders_customer_cannot_be_deleted_away(self) -> None:
        with self.assertRaises(ProtectedError):
            self.user.delete()


class GuestLinkTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderFactory(guest=True)

    def test_the_link_opens_this_order_only(self) -> None:
        other = OrderFactory(guest=True)
        response = self.client.get(f"/orders/open/{make_access_token(self.order.pk)}/")
        self.assertRedirects(response, self.order.get_absolute_url())
        self.assertEqual(self.client.get(other.get_absolute_url()).status_code, 404)

    def test_tokens_made_otherwise_open_nothing(self) -> None:
        foreign = signing.dumps(self.order.pk, salt="another purpose")
        for token in ("nonsense", foreign, str(self.order.pk)):
            with self.subTest(token=token):
                self.assertEqual(self.client.get(f"/orders/open/{token}/").status_code, 404)

    def test_an_adopted_order_needs_its_owner(self) -> None:
        token = make_access_token(self.order.pk)
        Order.objects.update(user=UserFactory())
        response = self.client.get(f"/orders/open/{token}/")
        self.assertRedirects(response, f"/login/?next={self.order.get_absolute_url()}")


class OrderAgainTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.order = OrderFactory(user=self.user)
        self.line = OrderLineFactory(
            order=self.order, quantity=3, product__price=Decimal("7.00"), product__stock=9
        )

    def test_books_come_at_todays_prices(self) -> None:
        type(self.line.product).objects.update(price=Decimal("8.00"))
        self.assertEqual(order_again(owner=BasketOwner(user_id=self.user.pk), order=self.order), [])
        line = Basket.objects.get(user=self.user).lines.get()
        self.assertEqual((line.quantity, line.price_seen), (3, Decimal("8.00")))

    def test_what_cannot_be_had_is_named_and_the_rest_comes(self) -> None:
        gone = ProductFactory(name="Emma", active=False)
        OrderLineFactory(order=self.order, product=gone)
        self.client.force_login(self.user)
        response = self.client.post(f"{self.order.get_absolute_url()}again/")
        self.assertEqual(
            [str(message) for message in get_messages(response.wsgi_request)],
            ["“Emma” is not in our shop any more."],
        )
        self.assertEqual(Basket.objects.get().lines.count(), 1)


class MarkPaidTests(TestCase):
    def test_only_a_new_order_becomes_paid(self) -> None:
        for status, changed in (
            (Order.Status.NEW, True),
            (Order.Status.PAID, False),
            (Order.Status.DONE, False),
            (Order.Status.CANCELLED, False),
        ):
            with self.subTest(status=status.label):
                order = OrderFactory(status=status)
                self.assertIs(mark_order_paid(order_id=order.pk), changed)
                order.refresh_from_db()
                self.assertEqual(order.status, Order.Status.PAID if changed else status)

    def test_the_owner_marks_orders_paid_in_the_admin(self) -> None:
        order = OrderFactory()
        self.client.force_login(OwnerFactory())
        self.client.post(
            "/admin/main/order/", {"action": "mark_paid", "_selected_action": [order.pk]}
        )
        order.refresh_from_db()
        self.assertEqual(order.status, Order.Status.PAID)
