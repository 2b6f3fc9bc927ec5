"""The shop at a glance: what is waiting for staff, and how sales are going. Not cached."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Value

from main.models import OpenBalance, Order, Product, Refund
from main.reports.orders import Day, read_orders_per_day
from main.reports.stock import running_low

DAYS = 30


@dataclass(frozen=True, slots=True)
class Glance:
    """Orders waiting to be sent and to be paid, orders of each recent day, books running low."""

    to_send: int
    to_be_paid: int
    to_refund: int
    overpaid: int
    days: list[Day]
    low_stock: int
    taxed_in_vain: int

    @property
    def last_day(self) -> date:
        return self.days[-1].day

    @property
    def today(self) -> int:
        return self.days[-1].placed

    @property
    def placed(self) -> int:
        return sum(day.placed for day in self.days)

    @property
    def highest(self) -> int:
        """The highest number of any day."""
        return max(day.placed for day in self.days)


def glance() -> Glance:
    open_states = Order.objects.filter(status__in=[Order.Status.NEW, Order.Status.PAID])
    waiting = dict(open_states.values_list("status").annotate(orders=Count("*")).order_by())
    return Glance(
        to_send=waiting.get(Order.Status.PAID, 0),
        to_be_paid=waiting.get(Order.Status.NEW, 0),
        **_open_money(),
        days=read_orders_per_day(DAYS),
        low_stock=running_low().count(),
        taxed_in_vain=Product.objects.active().taxed_in_vain().count(),
    )


def _open_money() -> dict[str, int]:
    """How many orders are to be refunded, and how many were overpaid; in one query."""
    counts = [
        rows.order_by().values_list(Value(name)).annotate(orders=Count("order", distinct=True))
        for name, rows in (
            ("to_refund", Refund.objects.open()),
            ("overpaid", OpenBalance.objects.filter(due__lt=0)),
        )
    ]
    return {"to_refund": 0, "overpaid": 0} | dict(counts[0].union(counts[1]))
