"""How long a checkout is kept: its addresses may be of somebody who did not order."""

from datetime import timedelta

from django.test import TestCase, override_settings
from django.utils import timezone

from main import jobs
from main.actions.checkout import place_order
from main.models import Basket, Checkout, Order
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import BasketLineFactory


@override_settings(CHECKOUT_DAYS=30)
class ForgettingTests(TestCase):
    def setUp(self) -> None:
        self.basket = BasketLineFactory().basket
        self.checkout = ready_checkout(self.basket)

    def age(self, **ago: int) -> None:
        Checkout.objects.update(updated_at=timezone.now() - timedelta(**ago))

    def is_kept_tonight(self) -> bool:
        jobs.forget_old_checkouts.call()
        return Checkout.objects.exists()

    def test_untouched_for_so_many_days_it_is_forgotten_and_the_basket_stays(self) -> None:
        self.age(days=29, hours=23)
        self.assertTrue(self.is_kept_tonight())
        self.age(days=30, minutes=1)
        self.assertFalse(self.is_kept_tonight())
        self.assertEqual(self.basket.lines.count(), 1)

    def test_whoever_looks_at_it_again_keeps_it(self) -> None:
        self.age(days=31)
        Checkout.objects.update(valid_until=timezone.now())
        ready_checkout(self.basket)
        self.assertTrue(self.is_kept_tonight())

    def test_an_order_that_was_placed_has_the_addresses_itself(self) -> None:
        order = place_order(checkout_id=self.checkout.pk, quote=self.checkout.offered.key)
        Order.objects.update(created_at=timezone.now() - timedelta(hours=23))
        self.assertTrue(self.is_kept_tonight())
        again = place_order(checkout_id=self.checkout.pk, quote=self.checkout.offered.key)
        self.assertEqual(again, order)
        Order.objects.update(created_at=timezone.now() - timedelta(hours=25))
        self.assertFalse(self.is_kept_tonight())
        order.refresh_from_db()
        self.assertEqual((order.billing_city, order.basket), ("London", self.basket))

    def test_with_the_account_it_goes_at_once(self) -> None:
        self.basket.user.delete()
        self.assertFalse(Checkout.objects.exists())

    def test_what_release_0_1_0_left_behind_goes_too(self) -> None:
        """It deletes baskets and knows nothing of their checkouts; nothing stumbles over one."""
        Checkout.objects.update(basket_id=self.basket.pk + 10_000)
        self.basket.delete()
        self.assertTrue(self.is_kept_tonight())
        self.age(days=31)
        self.assertFalse(self.is_kept_tonight())

    def test_release_0_1_0_may_delete_a_basket_that_has_one(self) -> None:
        self.basket.lines.all().delete()
        Basket.objects.filter(pk=self.basket.pk)._raw_delete(using="default")
        self.assertFalse(Basket.objects.filter(pk=self.basket.pk).exists())
