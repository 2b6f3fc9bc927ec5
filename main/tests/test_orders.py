"""A customer's orders: who may read them, ordering again, marking paid, cancelling."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from unittest import mock

from django.contrib.messages import get_messages
from django.core import signing
from django.db import connection
from django.db.models import ProtectedError
from django.db.models.expressions import RawSQL
from django.test import TestCase, TransactionTestCase, skipUnlessDBFeature

from main.actions.orders import cancel_order, mark_order_paid, order_again
from main.models import Basket, BasketOwner, Order, OrderLine
from main.models.order_access import make_access_token
from main.tests.factories import (
    OrderFactory,
    OrderLineFactory,
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
        owner = BasketOwner(user_id=self.user.pk)
        self.assertEqual(order_again(owner=owner, order_id=self.order.pk), [])
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


class CancelOrderTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderFactory()
        self.book = ProductFactory(stock=4)
        for quantity in (3, 2):
            OrderLineFactory(order=self.order, product=self.book, quantity=quantity)

    def assert_stock(self, stock: int) -> None:
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, stock)

    def line_states(self) -> list[int]:
        return list(self.order.lines.values_list("status", flat=True))

    def test_books_come_back_once_however_often_it_is_cancelled(self) -> None:
        self.assertEqual([cancel_order(order_id=self.order.pk) for _ in range(3)],
                         [True, False, False])  # fmt: skip
        self.assert_stock(9)
        self.order.refresh_from_db()
        self.assertEqual(self.order.status, Order.Status.CANCELLED)
        self.assertEqual(self.line_states(), [OrderLine.Status.CANCELLED] * 2)

    def test_a_cancelled_order_is_paid_no_more_a_paid_one_can_be_cancelled(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        self.assertIs(cancel_order(order_id=self.order.pk), True)
        self.assertIs(mark_order_paid(order_id=self.order.pk), False)
        self.assert_stock(9)

    def test_what_is_done_or_partly_sent_stays(self) -> None:
        for status, line_status in (
            (Order.Status.DONE, OrderLine.Status.SENT),
            (Order.Status.PAID, OrderLine.Status.SENT),
            (Order.Status.CANCELLED, OrderLine.Status.NEW),
        ):
            with self.subTest(status=status.label):
                Order.objects.update(status=status)
                OrderLine.objects.filter(quantity=3).update(status=line_status)
                self.assertIs(cancel_order(order_id=self.order.pk), False)
                self.order.refresh_from_db()
                self.assertEqual(self.order.status, status)
                self.assertEqual(self.line_states(), [line_status, OrderLine.Status.NEW])
                self.assert_stock(4)

    def test_a_line_cancelled_before_gives_nothing_back_again(self) -> None:
        self.order.lines.filter(quantity=3).update(status=OrderLine.Status.CANCELLED)
        self.assertIs(cancel_order(order_id=self.order.pk), True)
        self.assert_stock(6)

    def test_no_order_no_change(self) -> None:
        self.assertIs(cancel_order(order_id=1), False)
        self.assert_stock(4)


class CancelRaces(TransactionTestCase):
    """Many hands on one order; as a negative control, the same again without its lock."""

    HANDS = 8

    def stock_after_race(self) -> int:
        line = OrderLineFactory(quantity=1, product__stock=10)
        start = Barrier(self.HANDS)

        def cancel(_: int) -> bool:
            start.wait()
            try:
                return cancel_order(order_id=line.order_id)
            finally:
                connection.close()

        with ThreadPoolExecutor(self.HANDS) as pool:
            self.answers = sorted(pool.map(cancel, range(self.HANDS)))
        line.product.refresh_from_db()
        return line.product.stock

    @skipUnlessDBFeature("has_select_for_update")
    def test_stock_comes_back_once(self) -> None:
        self.assertEqual(self.stock_after_race(), 11)
        self.assertEqual(self.answers, [False] * (self.HANDS - 1) + [True])

    @skipUnlessDBFeature("has_select_for_update")
    def test_without_the_lock_several_cancel_it(self) -> None:
        def slowly(query, **_):
            return query.annotate(nap=RawSQL("SELECT pg_sleep(0.2)::text", []))

        with mock.patch("django.db.models.QuerySet.select_for_update", slowly):
            self.stock_after_race()
        self.assertGreater(self.answers.count(True), 1)
