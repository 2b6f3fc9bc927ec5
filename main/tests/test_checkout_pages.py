"""The checkout as a guest goes through it: two pages, back and forth, in several windows."""

from datetime import timedelta
from decimal import Decimal

from django.core import mail
from django.utils import timezone

from main.models import Basket, Checkout, Order, Product
from main.tests.support.checkout_page_case import (
    ADDRESSES,
    DONE,
    GUEST_FIELDS,
    REVIEW,
    CheckoutPageTestCase,
)
from main.tests.support.factories import LONDON, ProductFactory

BATH = {"city": "Bath", "zip_code": "BA1 1AA"}
SHIPPING = {f"shipping-{name}": value for name, value in (LONDON | BATH).items()}


class GuestPageTests(CheckoutPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.basket = self.put()

    def test_a_guest_orders_by_two_pages_and_is_thanked(self) -> None:
        self.assertRedirects(self.client.get(REVIEW), ADDRESSES)
        self.assertContains(self.client.get(ADDRESSES), "£16.98")
        self.assertRedirects(self.give(), REVIEW)
        review = self.client.get(REVIEW)
        for text in ("2 × Emma", "£16.98", "Delivery", "free", "including 0% VAT",
                     "12 Gower Street", "United Kingdom", "guest@booktime.example",
                     "Bank transfer"):  # fmt: skip
            self.assertContains(review, text)
        self.assertRedirects(self.place(self.shown(review)), DONE)
        order = Order.objects.get()
        self.assertEqual((order.user, order.email), (None, "guest@booktime.example"))
        self.assertEqual((order.shipping, order.total), (order.billing, Decimal("16.98")))
        self.assertEqual(order.payment_way, "transfer")
        response = self.client.get(DONE)
        self.assertContains(response, order.number)
        self.assertTrue(response.context["can_create_account"])

    def test_the_thanks_wait_for_a_payment_only_while_it_is_due(self) -> None:
        self.give()
        self.place()
        waits, goes_on = "as soon as your payment arrives", "We’ll dispatch your books soon."
        cancelled = Order.Status.CANCELLED
        for status, said in [
            (Order.Status.NEW, waits),
            (Order.Status.PAID, goes_on),
            (cancelled, ""),
        ]:
            with self.subTest(status.label):
                Order.objects.update(status=status)
                page = self.client.get(DONE)
                for words in (waits, goes_on):
                    self.assertContains(page, words, count=int(words == said))

    def test_the_mails_link_opens_the_order_on_another_device(self) -> None:
        self.give()
        self.place()
        order = Order.objects.get()
        link = next(word for word in mail.outbox[0].body.split() if "/orders/open/" in word)
        path = link.partition("//")[2].partition("/")[2]
        self.client.cookies.clear()
        self.assertEqual(self.client.get(order.get_absolute_url()).status_code, 302)
        self.assertRedirects(self.client.get(f"/{path}"), order.get_absolute_url())
        self.assertEqual(self.client.get(f"/{path[:-3]}aa/").status_code, 404)

    def test_two_addresses(self) -> None:
        self.give(**SHIPPING, shipping_same=None)
        self.place()
        order = Order.objects.get()
        self.assertEqual((order.billing_city, order.shipping_city), ("London", "Bath"))

    def test_mistakes_are_all_shown_and_nothing_typed_is_lost(self) -> None:
        response = self.give(**{"email": "no-mail", "billing-zip_code": "ZZZ"})
        for typed in ("no-mail", "ZZZ", "12 Gower Street"):
            self.assertContains(response, f'value="{typed}"', status_code=400)
        self.assertIn("email", response.context["form"].errors)
        self.assertIn("zip_code", response.context["form"].billing_form.errors)
        self.assertFalse(Checkout.objects.exists())

    def test_going_back_shows_what_was_given(self) -> None:
        self.give(**SHIPPING, shipping_same=None)
        page = self.client.get(ADDRESSES)
        for given in ("guest@booktime.example", "12 Gower Street", "WC1E 6BT", "BA1 1AA"):
            self.assertContains(page, f'value="{given}"')
        self.assertNotContains(page, "checked")
        self.give()
        self.assertContains(self.client.get(ADDRESSES), "checked")
        self.assertNotContains(self.client.get(ADDRESSES), "BA1 1AA")

    def test_looking_at_the_addresses_writes_nothing(self) -> None:
        self.client.get(ADDRESSES)
        self.assertFalse(Checkout.objects.exists())

    def test_reloading_changes_nothing(self) -> None:
        self.give()
        first = self.shown()
        before = Checkout.objects.values().get()
        self.assertEqual(self.shown(), first)
        self.assertEqual(Checkout.objects.values().get(), before)

    def test_pressed_twice_it_is_one_order(self) -> None:
        self.give()
        shown = self.shown()
        for _ in "twice":
            self.assertRedirects(self.place(shown), DONE)
        self.assertEqual((Order.objects.count(), len(mail.outbox)), (1, 1))

    def test_the_next_basket_of_the_same_guest_is_a_new_one(self) -> None:
        self.give()
        self.place()
        self.assertNotEqual(self.put(1), self.basket)
        self.assertRedirects(self.client.get(REVIEW), ADDRESSES)
        self.give()
        self.place()
        self.assertEqual(Order.objects.count(), 2)

    def test_without_a_basket_there_is_no_checkout(self) -> None:
        Basket.objects.all().delete()
        for path in (ADDRESSES, REVIEW):
            self.assertRedirects(self.client.get(path), "/basket/")
        self.assertRedirects(self.give(), "/basket/")
        self.assertRedirects(self.client.post(REVIEW), "/basket/")
        self.assertFalse(Order.objects.exists())

    def test_done_without_an_order_is_not_found(self) -> None:
        self.assertEqual(self.client.get(DONE).status_code, 404)

    def test_a_page_of_release_0_1_0_leads_on_to_the_review(self) -> None:
        """It was open while the shop was deployed, and would have placed the order."""
        old = GUEST_FIELDS | {"basket": self.basket.pk, "total": "16.98"}
        self.assertRedirects(self.client.post(ADDRESSES, old), REVIEW)
        self.assertEqual(self.place().url, DONE)

    def test_nobody_elses_checkout_is_shown_or_ordered(self) -> None:
        self.give()
        shown = self.shown()
        self.client.cookies.clear()
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": 1})
        self.give(email="other@booktime.example")
        response = self.place(shown)
        self.assert_refused(response, "We no longer have this basket.")
        self.assertNotContains(response, "guest@booktime.example", status_code=409)


class RefusedPageTests(CheckoutPageTestCase):
    """The page shows today's state, and its button orders that."""

    def setUp(self) -> None:
        super().setUp()
        self.put()
        self.give()
        self.seen = self.shown()

    def test_a_changed_price_is_told_and_agreed_to(self) -> None:
        Product.objects.update(price=Decimal("9.00"))
        response = self.place(self.seen)
        text = "The price of “Emma” is now £9.00 (it was £8.49)."
        self.assert_refused(response, text)
        self.assertContains(response, "£18.00", status_code=409)
        self.assertRedirects(self.place(self.shown(response)), DONE)
        self.assertEqual(Order.objects.get().total, Decimal("18.00"))

    def test_a_basket_changed_in_another_tab(self) -> None:
        self.put(1)
        response = self.place(self.seen)
        self.assert_refused(response, "Your basket has changed since you opened this page.")
        self.assertContains(response, "3 × Emma", status_code=409)
        self.assertRedirects(self.place(self.shown(response)), DONE)

    def test_another_book_for_the_same_sum_in_another_tab(self) -> None:
        self.client.post("/basket/", {"remove": self.checkout.basket.lines.get().pk})
        self.book = ProductFactory(name="Persuasion", price=Decimal("8.49"), stock=5)
        self.put()
        self.assert_refused(self.place(self.seen), "Your basket has changed since you opened")
        page = self.client.get(REVIEW)  # the other tab goes on to its review
        response = self.place(self.seen)
        self.assert_refused(response, "Your order has changed since you opened this page.")
        self.assertContains(response, "2 × Persuasion", status_code=409)
        self.assertContains(response, "£16.98", status_code=409)
        self.assertRedirects(self.place(self.shown(page)), DONE)

    def test_prices_that_changed_places_for_the_same_sum(self) -> None:
        other = ProductFactory(name="Persuasion", price=Decimal("7.49"), stock=5)
        self.client.post("/add_to_basket/", {"product_id": other.pk, "quantity": 2})
        seen = self.shown()
        Product.objects.filter(pk=self.book.pk).update(price=Decimal("7.49"))
        Product.objects.filter(pk=other.pk).update(price=Decimal("8.49"))
        response = self.place(seen)
        self.assert_refused(response, "The price of “Emma” is now £7.49 (it was £8.49).")
        self.assertContains(response, "£31.96", status_code=409)

    def test_an_address_changed_in_another_tab(self) -> None:
        self.give(**{"billing-address1": "1 Elsewhere Lane"})
        response = self.place(self.seen)
        self.assert_refused(response, "Your order has changed since you opened this page.")
        self.assertContains(response, "1 Elsewhere Lane", status_code=409)

    def test_a_page_that_was_open_too_long(self) -> None:
        Checkout.objects.update(valid_until=timezone.now() - timedelta(minutes=1))
        response = self.place(self.seen)
        self.assert_refused(response, "This page is too old.")
        self.assertRedirects(self.place(self.shown(response)), DONE)

    def test_too_few_copies_lead_to_the_basket(self) -> None:
        basket = Basket.objects.open().get()
        Product.objects.update(stock=1)
        response = self.place(self.seen)
        self.assertContains(response, "Only 1 copy of “Emma” is left.", status_code=409)
        self.assertContains(response, "Change your basket", status_code=409)
        self.assertNotContains(response, "Place order", status_code=409)
        self.assertEqual((Order.objects.count(), basket.lines.get().quantity), (0, 2))

    def test_a_basket_emptied_in_another_tab(self) -> None:
        line = Basket.objects.open().get().lines.get()
        self.client.post("/basket/", {"remove": line.pk})
        self.assertRedirects(self.place(self.seen), "/basket/")
        self.assertFalse(Order.objects.exists())

    def test_what_was_sent_by_no_page_of_ours(self) -> None:
        for changes in ({"checkout": "1"}, {"quote": ""}, {"quote": "a" * 65}):
            response = self.place(self.seen, **changes)
            text = "We could not tell what you agreed to."
            self.assert_refused(response, text, status=400)

    def test_ordered_in_one_window_the_addresses_of_another_lead_to_the_basket(self) -> None:
        self.place(self.seen)
        self.assertRedirects(self.give(), "/basket/")
        self.assertEqual(Order.objects.count(), 1)
