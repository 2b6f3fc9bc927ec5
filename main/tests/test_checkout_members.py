"""The checkout of members: their address book, signing in half way, other devices."""

from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from main.actions.basket import merge_baskets
from main.models import Address, Basket, Checkout, Order, Product
from main.tests.support.checkout_page_case import (
    ADDRESSES,
    DONE,
    GUEST_FIELDS,
    REVIEW,
    CheckoutPageTestCase,
)
from main.tests.support.factories import (
    LONDON,
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    UserFactory,
)


class MemberPageTests(CheckoutPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory()
        self.client.force_login(self.user)
        self.address = AddressFactory(user=self.user)
        self.put()

    def choose(self, billing: int, shipping: int, **changes):
        fields = {"billing_address": billing, "shipping_address": shipping}
        return self.client.post(ADDRESSES, fields | changes)

    def test_with_one_address_it_is_one_click_from_the_basket_to_the_order(self) -> None:
        self.assertContains(self.client.get("/basket/"), f'href="{REVIEW}"')
        self.assertRedirects(self.place(), DONE)
        order = Order.objects.get()
        self.assertEqual((order.user, order.email), (self.user, self.user.email))
        self.assertEqual(order.shipping_name, self.address.name)

    def test_with_several_one_chooses(self) -> None:
        other = AddressFactory(user=self.user, city="Bath", zip_code="BA1 1AA")
        self.assertRedirects(self.client.get(REVIEW), ADDRESSES)
        self.assertRedirects(self.choose(self.address.pk, other.pk), REVIEW)
        page = self.client.get(ADDRESSES)
        for name, chosen in (("billing", self.address), ("shipping", other)):
            field = f'name="{name}_address" value="{chosen.pk}"'
            html = page.content.decode()
            self.assertIn("checked", html[html.index(field) :].partition(">")[0])
        self.place()
        order = Order.objects.get()
        self.assertEqual((order.billing_city, order.shipping_city), ("London", "Bath"))

    def test_without_an_address_one_adds_it_and_is_at_the_review(self) -> None:
        self.address.delete()
        self.assertRedirects(self.client.get(REVIEW), ADDRESSES)
        self.assertContains(self.client.get(ADDRESSES), "/address/create/?next=/order/review/")
        response = self.client.post("/address/create/", LONDON | {"next": REVIEW})
        self.assertRedirects(response, REVIEW)
        self.assertRedirects(self.place(), DONE)

    def test_addresses_of_others_are_refused(self) -> None:
        response = self.choose(self.address.pk, AddressFactory().pk)
        self.assert_refused(response, "not one of your addresses", status=400)
        self.assertFalse(Checkout.objects.exists())

    def test_an_address_that_is_corrected_is_corrected_here(self) -> None:
        seen = self.shown()
        Address.objects.update(address1="13 Gower Street")
        response = self.place(seen)
        self.assert_refused(response, "Your order has changed since you opened this page.")
        self.assertContains(response, "13 Gower Street", status_code=409)

    def test_an_address_that_is_deleted_is_not_ordered_to(self) -> None:
        other = AddressFactory(user=self.user, city="Bath", zip_code="BA1 1AA")
        self.choose(self.address.pk, self.address.pk)
        self.address.delete()
        self.assertContains(self.client.get(REVIEW), "Bath")  # the only one that is left
        AddressFactory(user=self.user)
        other.delete()
        AddressFactory(user=self.user)
        self.assertRedirects(self.client.get(REVIEW), ADDRESSES)

    def test_changing_the_address_later_leaves_the_order(self) -> None:
        self.place()
        self.address.delete()
        self.assertEqual(Order.objects.get().shipping_city, "London")

    def test_another_device_goes_on_where_this_one_stopped(self) -> None:
        other = AddressFactory(user=self.user, city="Bath", zip_code="BA1 1AA")
        self.choose(other.pk, other.pk)
        here = self.shown()
        self.client = Client()
        self.client.force_login(self.user)
        self.assertContains(self.client.get(REVIEW), "Bath")
        self.assertEqual(self.shown(), here)
        self.assertRedirects(self.place(), DONE)

    def test_whose_session_ended_signs_in_and_finds_everything(self) -> None:
        shown = self.shown()
        self.client.logout()
        response = self.place(shown)
        self.assertRedirects(response, f"/login/?next={REVIEW}")
        response = self.choose(self.address.pk, self.address.pk)
        self.assertRedirects(response, f"/login/?next={ADDRESSES}")
        self.assertFalse(Order.objects.exists())
        fields = {"login": self.user.email, "password": PASSWORD, "next": REVIEW}
        self.assertRedirects(self.client.post("/login/", fields), REVIEW)
        self.assertRedirects(self.place(shown), DONE)

    def test_a_page_of_release_0_1_0_leads_on_to_the_review(self) -> None:
        old = {"basket": Basket.objects.get().pk, "total": "16.98"}
        self.assertRedirects(self.choose(self.address.pk, self.address.pk, **old), REVIEW)

    def test_placing_needs_no_more_than_30_queries(self) -> None:
        basket = Basket.objects.get()
        BasketLineFactory.create_batch(4, basket=basket, product__price=Decimal("5.00"))
        shown = self.shown()
        with CaptureQueriesContext(connection) as queries:
            self.place(shown)
        self.assertTrue(Order.objects.exists())
        self.assertLessEqual(len(queries), 30, [query["sql"] for query in queries])


class SignInHalfWayTests(CheckoutPageTestCase):
    """A guest who has said something already turns out to be a member."""

    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory()
        self.put()

    def sign_in(self, *, next_page: str = REVIEW):
        fields = {"login": self.user.email, "password": PASSWORD, "next": next_page}
        return self.client.post("/login/", fields)

    def test_what_was_said_goes_along(self) -> None:
        self.give(**{"billing-address1": "1 Elsewhere Lane"})
        self.assertContains(self.client.get(REVIEW), f"/login/?next={REVIEW}")
        self.assertRedirects(self.sign_in(), REVIEW)
        self.assertContains(self.client.get(REVIEW), "1 Elsewhere Lane")
        self.assertRedirects(self.place(), DONE)
        order = Order.objects.get()
        self.assertEqual((order.user, order.email), (self.user, self.user.email))
        self.assertEqual(order.billing_address1, "1 Elsewhere Lane")

    def test_the_guests_page_in_another_tab_still_orders(self) -> None:
        self.give()
        shown = self.shown()
        self.sign_in()
        self.assertRedirects(self.place(shown), DONE)
        self.assertEqual(Order.objects.get().user, self.user)

    def test_the_typed_address_is_one_of_those_to_choose_from(self) -> None:
        own = AddressFactory(user=self.user, city="Bath", zip_code="BA1 1AA")
        self.give()
        self.sign_in()
        page = self.client.get(ADDRESSES)
        self.assertContains(page, 'value="typed"', count=2)
        self.assertContains(page, "12 Gower Street, London, WC1E 6BT, United Kingdom")
        fields = {"billing_address": "typed", "shipping_address": own.pk}
        self.assertRedirects(self.client.post(ADDRESSES, fields), REVIEW)
        self.place()
        order = Order.objects.get()
        self.assertEqual((order.billing_city, order.shipping_city), ("London", "Bath"))

    def test_an_address_page_from_before_counts_as_it_was_typed(self) -> None:
        """It stood in another tab, and nothing that was typed there is lost."""
        AddressFactory(user=self.user)
        self.sign_in(next_page="/basket/")
        response = self.give(**{"billing-address1": "1 Elsewhere Lane"})
        self.assertRedirects(response, REVIEW)
        self.assertContains(self.client.get(REVIEW), "1 Elsewhere Lane")
        response = self.give(**{"billing-zip_code": "ZZZ"})
        self.assertContains(response, 'value="ZZZ"', status_code=400)

    def test_with_two_baskets_the_guests_words_count_and_gaps_are_filled(self) -> None:
        basket = BasketFactory(user=self.user)
        BasketLineFactory(basket=basket, product=self.book)
        Checkout.objects.create(
            basket=basket, billing=LONDON, shipping=LONDON, payment_way="transfer",
            choices={"wrapped": True, "note": "theirs"},
        )  # fmt: skip
        self.client.post(ADDRESSES, GUEST_FIELDS | {"billing-city": "Leeds"})
        guests = Checkout.objects.get(basket__user=None)
        Checkout.objects.filter(pk=guests.pk).update(choices={"note": "mine"})
        self.sign_in()
        merged = Checkout.objects.get()
        self.assertEqual((merged.pk, merged.basket), (guests.pk, basket))
        self.assertEqual(merged.billing["city"], "Leeds")
        self.assertEqual(merged.payment_way, "transfer")
        self.assertEqual(merged.choices, {"wrapped": True, "note": "mine"})
        self.assertContains(self.client.get(REVIEW), "3 × Emma")

    def test_without_anything_said_the_members_own_checkout_stays(self) -> None:
        basket = BasketFactory(user=self.user)
        own = Checkout.objects.create(basket=basket, billing=LONDON, shipping=LONDON)
        guest_key = Basket.objects.get(user=None).guest_key
        merge_baskets(user_id=self.user.pk, guest_key=guest_key)
        self.assertEqual(Checkout.objects.get(), own)
        self.assertEqual(Checkout.objects.get().basket.lines.get().product, self.book)

    def test_the_price_is_still_agreed_to(self) -> None:
        self.give()
        shown = self.shown()
        self.sign_in()
        Product.objects.update(price=Decimal("9.00"))
        self.assert_refused(self.place(shown), "The price of “Emma” is now £9.00")
