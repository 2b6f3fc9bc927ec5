"""What the tests of reports share: orders of a day, paid on another, and an empty memory."""

from datetime import datetime
from decimal import Decimal
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.test import TestCase

from main.actions.payments import mark_order_paid
from main.models import Order, Product
from main.tests.support.factories import OrderFactory, OrderLineFactory, ProductFactory, UserFactory

UTC, LONDON_TIME = ZoneInfo("UTC"), ZoneInfo("Europe/London")


def at(moment: str, zone: ZoneInfo = LONDON_TIME) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone)


def as_if_it_were(moment: datetime):
    return patch("django.utils.timezone.now", return_value=moment)


class ReportTestCase(TestCase):
    """It is two minutes past two on the twenty-third of November 2026, as far as anyone knows."""

    now = at("2026-11-23 14:02")

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.enterClassContext(as_if_it_were(cls.now))

    @classmethod
    def setUpTestData(cls) -> None:
        cls.customer = UserFactory()
        cls.emma = ProductFactory(name="Emma", price=Decimal("10.00"))
        cls.dune = ProductFactory(name="Dune", price=Decimal("12.00"), tax_rate=Decimal("20.00"))

    def setUp(self) -> None:
        cache.clear()
        self.addCleanup(cache.clear)

    def order(
        self,
        placed: datetime | None = None,
        status: Order.Status = Order.Status.NEW,
        books: dict[Product, int] | None = None,
    ) -> Order:
        """An order placed at that moment (now unless said), of so many copies of these books."""
        order = OrderFactory(user=self.customer, status=status)
        for book, quantity in (books or {}).items():
            OrderLineFactory(order=order, product=book, quantity=quantity)
        Order.objects.filter(pk=order.pk).update(created_at=placed or self.now)
        return order

    def pay(self, order: Order, moment: datetime | None = None) -> None:
        with as_if_it_were(moment or self.now):
            mark_order_paid(order_id=order.pk)
