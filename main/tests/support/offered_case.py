"""A checkout that is complete and offered, and what may change before it is placed."""

from dataclasses import replace
from decimal import Decimal
from unittest import mock

from django.test import TestCase

from main.actions import quotes
from main.actions.checkout import place_order
from main.models import (
    BasketOwner,
    Charge,
    ChargeKind,
    Order,
    PostalAddress,
    Product,
)
from main.tests.support.checkout_case import ADDRESS, ready_checkout
from main.tests.support.factories import (
    LONDON,
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    UserFactory,
)

ELSEWHERE = PostalAddress(**LONDON | {"name": "Bea Reader", "city": "Bath", "zip_code": "BA1 1AA"})

WRAPPING = Charge(
    kind=ChargeKind.FEE,
    code="gift-wrapping",
    name="Gift wrapping",
    unit_price=Decimal("2.50"),
    tax_rate=Decimal("20.00"),
)

DISCOUNT = replace(WRAPPING, kind=ChargeKind.DISCOUNT, code="gift", name="Gift")


def priced(*charges: Charge):
    """What costs something beside the books, as long as the block lasts."""
    return mock.patch.object(quotes, "PRICERS", [lambda checkout, books: charges])


class CheckoutTestCase(TestCase):
    """Two copies of Emma for £8.49 and a bag for £12.00, offered to Ada."""

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
        self.checkout = ready_checkout(self.basket, billing=ADDRESS, shipping=ELSEWHERE)

    def place(self, **changes) -> Order:
        arguments = {"checkout_id": self.checkout.pk, "quote": self.checkout.offered.key}
        with self.captureOnCommitCallbacks(execute=True):
            return place_order(**arguments | changes)

    def change(self, product: Product, **fields) -> None:
        Product.objects.filter(pk=product.pk).update(**fields)

    def stock(self) -> tuple[int, int]:
        self.book.refresh_from_db()
        self.bag.refresh_from_db()
        return self.book.stock, self.bag.stock
