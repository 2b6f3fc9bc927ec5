"""Turning a basket into an order: the rules, then the page."""

from decimal import Decimal

from django.core import mail
from django.core.cache import cache
from django.test import TestCase

from main.actions.checkout import place_order
from main.errors import BasketChanged, BasketEmpty
from main.models import Basket, BasketOwner, Order, PostalAddress
from main.tests.support.factories import (
    LONDON,
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    UserFactory,
)

ADDRESS = PostalAddress(**LONDON)
ELSEWHERE = PostalAddress(**LONDON | {"name": "Bea Reader", "city": "Bath", "zip_code": "BA1 1AA"})
GUEST_FIELDS = {f"billing-{name}": value for name, value in LONDON.items()} | {
    "email": "guest@booktime.example",
    "shipping_same": "on",
}


class PlaceOrderTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory(email="ada@booktime.example")
        self.owner = BasketOwner(user_id=self.user.pk)
        self.basket = BasketFactory(user=self.user)
        self.book = ProductFactory(name="Emma", price=Decimal("8.49"), stock=5)
        self.bag = ProductFactory(
            name="Bag", price=Decimal("12.00"), tax_rate=Decimal("20.00"), stock=2
        )
        BasketLineFactory(basket=self.basket, product=self.book, quantity=2)
        BasketLineFactory(basket=self.basket, product=self.bag, quantity=1)

    def place(self, **changes) -> Order:
        arguments = {
            "owner": self.owner,
            "basket_id": self.basket.pk,
            "email": "ada@booktime.example",
            "billing": ADDRESS,
            "shipping": ELSEWHERE,
            "expected_total": Decimal("28.98"),
        }
        with self.captureOnCommitCallbacks(execute=True):
            return place_order(**arguments | changes)

    def assert_refused(self, error: type[Exception], **changes) -> str:
        stock = self.stock()
        with self.assertRaises(error) as caught:
            self.place(**changes)
        self.assertFalse(Order.objects.exists())
        self.assertEqual(self.stock(), stock)
        self.basket.refresh_from_db()
        self.assertEqual(self.basket.status, Basket.Status.OPEN)
        self.assertEqual(mail.outbox, [])
        return str(caught.exception)

    def stock(self) -> tuple[int, int]:
        self.book.refresh_from_db()
        self.bag.refresh_from_db()
        return self.book.stock, self.bag.stock

    def test_sums_addresses_and_lines_are_frozen(self) -> None:
        order = self.place()
        type(self.book).objects.update(price=Decimal("99.00"), name="Changed", tax_rate=5)
        order.refresh_from_db()
        self.assertEqual((order.total, order.total_vat), (Decimal("28.98"), Decimal("2.00")))
        self.assertEqual((order.billing.city, order.shipping.city), ("London", "Bath"))
        self.assertEqual(
            [
                (line.name, line.unit_price, line.tax_rate, line.quantity)
                for line in order.lines.all()
            ],
            [("Emma", Decimal("8.49"), 0, 2), ("Bag", Decimal("12.00"), 20, 1)],
        )
        self.assertEqual((order.status, order.currency), (Order.Status.NEW, "GBP"))

    def test_stock_is_taken(self) -> None:
        self.place()
        self.assertEqual(self.stock(), (3, 1))

    def test_the_customer_gets_one_mail(self) -> None:
        order = self.place()
        self.assertEqual([message.to for message in mail.outbox], [["ada@booktime.example"]])
        self.assertIn(order.number, mail.outbox[0].subject)

    def test_submitted_again_it_is_the_same_order(self) -> None:
        self.assertEqual(self.place(), self.place())
        self.assertEqual((Order.objects.count(), len(mail.outbox)), (1, 1))
        self.assertEqual(self.stock(), (3, 1))

    def test_more_than_is_there_is_refused(self) -> None:
        type(self.book).objects.filter(pk=self.book.pk).update(stock=1)
        self.assertEqual(self.assert_refused(BasketChanged), "Only 1 copy of “Emma” is left.")

    def test_a_book_taken_out_of_the_shop_is_refused(self) -> None:
        type(self.book).objects.filter(pk=self.book.pk).update(active=False)
        self.assert_refused(BasketChanged)

    def test_another_sum_than_was_seen_is_refused(self) -> None:
        self.assert_refused(BasketChanged, expected_total=Decimal("28.97"))

    def test_empty_basket_cannot_be_ordered(self) -> None:
        self.basket.lines.all().delete()
        self.assert_refused(BasketEmpty, expected_total=Decimal(0))

    def test_a_basket_of_others_cannot_be_ordered(self) -> None:
        self.assert_refused(BasketChanged, owner=BasketOwner(user_id=UserFactory().pk))
        self.assert_refused(BasketChanged, owner=BasketOwner(guest_key="someone"))
        self.assert_refused(BasketChanged, owner=BasketOwner())

    def test_no_basket_cannot_be_ordered(self) -> None:
        self.assert_refused(BasketChanged, basket_id=2**62)

    def test_order_numbers_tell_nothing(self) -> None:
        order = self.place()
        self.assertRegex(order.number, r"^[1-9]\d{3}-\d{4}-\d{4}$")


class GuestCheckoutPageTests(TestCase):
    def setUp(self) -> None:
        cache.clear()  # sign-ins of other tests count towards the throttle
        self.book = ProductFactory(price=Decimal("8.49"), stock=5)
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 2})
        self.basket = Basket.objects.get()

    def fields(self, **changes) -> dict:
        return GUEST_FIELDS | {"basket": self.basket.pk, "total": "16.98"} | changes

    def submit(self, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post("/order/address_select/", self.fields(**changes))

    def test_page_carries_what_was_seen(self) -> None:
        response = self.client.get("/order/address_select/")
        self.assertContains(response, f'name="basket" value="{self.basket.pk}"')
        self.assertContains(response, 'name="total" value="16.98"')

    def test_a_guest_orders_and_is_thanked(self) -> None:
        self.assertRedirects(self.submit(), "/order/done/")
        order = Order.objects.get()
        self.assertEqual((order.user, order.email), (None, "guest@booktime.example"))
        self.assertEqual(order.shipping, order.billing)
        response = self.client.get("/order/done/")
        self.assertContains(response, order.number)
        self.assertTrue(response.context["can_create_account"])

    def test_the_mails_link_opens_the_order_on_another_device(self) -> None:
        self.submit()
        order = Order.objects.get()
        link = next(word for word in mail.outbox[0].body.split() if "/orders/open/" in word)
        path = link.partition("//")[2].partition("/")[2]
        self.client.cookies.clear()
        self.assertEqual(self.client.get(order.get_absolute_url()).status_code, 302)
        self.assertRedirects(self.client.get(f"/{path}"), order.get_absolute_url())
        self.assertEqual(self.client.get(f"/{path[:-3]}aa/").status_code, 404)

    def test_two_addresses(self) -> None:
        changes = {f"shipping-{name}": value for name, value in LONDON.items()}
        changes |= {"shipping-city": "Bath", "shipping-zip_code": "BA1 1AA", "shipping_same": ""}
        self.submit(**changes)
        self.assertEqual(Order.objects.get().shipping_city, "Bath")

    def test_mistakes_are_all_shown_and_nothing_typed_is_lost(self) -> None:
        response = self.submit(**{"email": "no-mail", "billing-zip_code": "ZZZ"})
        for typed in ("no-mail", "ZZZ", "12 Gower Street"):
            self.assertContains(response, f'value="{typed}"', status_code=400)
        self.assertIn("email", response.context["form"].errors)
        self.assertIn("zip_code", response.context["form"].billing_form.errors)
        self.assertFalse(Order.objects.exists())

    def test_a_changed_price_is_shown_before_it_is_paid(self) -> None:
        type(self.book).objects.update(price=Decimal("9.00"))
        response = self.submit()
        self.assertContains(response, "changed in the meantime", status_code=409)
        self.assertContains(response, 'name="total" value="18.00"', status_code=409)
        self.assertRedirects(self.submit(total="18.00"), "/order/done/")

    def test_signing_in_on_another_tab_meanwhile_loses_nothing(self) -> None:
        user = UserFactory()
        address = AddressFactory(user=user)
        self.client.post("/login/", {"login": user.email, "password": PASSWORD})
        own = Basket.objects.open().get(user=user)
        response = self.submit(billing_address=address.pk, shipping_address=address.pk)
        self.assertContains(response, "basket has changed in the meantime", status_code=409)
        response = self.submit()  # the guest's page, still open
        self.assertContains(response, f'name="basket" value="{own.pk}"', status_code=400)
        choice = {"billing_address": address.pk, "shipping_address": address.pk}
        self.assertRedirects(self.submit(basket=own.pk, **choice), "/order/done/")
        self.assertEqual(Order.objects.get().user, user)

    def test_without_a_basket_there_is_no_checkout(self) -> None:
        Basket.objects.all().delete()
        self.assertRedirects(self.client.get("/order/address_select/"), "/basket/")
        self.assertRedirects(self.submit(), "/basket/")
        self.assertFalse(Order.objects.exists())

    def test_done_without_an_order_is_not_found(self) -> None:
        self.assertEqual(self.client.get("/order/done/").status_code, 404)

    def test_the_next_basket_of_the_same_guest_is_a_new_one(self) -> None:
        self.submit()
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 1})
        self.assertNotEqual(Basket.objects.open().get(), self.basket)
        self.submit(basket=Basket.objects.open().get().pk, total="8.49")
        self.assertEqual(Order.objects.count(), 2)


class SignedInCheckoutPageTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.client.force_login(self.user)
        self.address = AddressFactory(user=self.user)
        self.basket = BasketFactory(user=self.user)
        BasketLineFactory(basket=self.basket, product__price=Decimal("5.00"))

    def submit(self, **changes):
        fields = {
            "basket": self.basket.pk,
            "total": "5.00",
            "billing_address": self.address.pk,
            "shipping_address": self.address.pk,
        }
        return self.client.post("/order/address_select/", fields | changes)

    def test_one_orders_with_ones_own_address(self) -> None:
        self.assertRedirects(self.submit(), "/order/done/")
        order = Order.objects.get()
        self.assertEqual((order.user, order.email), (self.user, self.user.email))
        self.assertEqual(order.shipping_name, self.address.name)

    def test_addresses_of_others_are_refused(self) -> None:
        response = self.submit(shipping_address=AddressFactory().pk)
        self.assertContains(response, "not one of your addresses", status_code=400)
        self.assertFalse(Order.objects.exists())

    def test_changing_the_address_later_leaves_the_order(self) -> None:
        self.submit()
        self.address.delete()
        self.assertEqual(Order.objects.get().shipping_city, "London")

    def test_a_submit_needs_no_more_than_27_queries(self) -> None:
        BasketLineFactory.create_batch(4, basket=self.basket, product__price=Decimal("5.00"))
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with (
            CaptureQueriesContext(connection) as queries,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.submit(total="25.00")
        self.assertTrue(Order.objects.exists())
        self.assertLessEqual(len(queries), 27, [query["sql"] for query in queries])
