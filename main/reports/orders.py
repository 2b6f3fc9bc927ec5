"""How many orders were placed each day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from main.models import Order
from main.reports.calendar import last_days, start_of
from main.reports.figures import Report, kept


@dataclass(frozen=True, slots=True)
class Day:
    """Of the orders `placed` that day, `cancelled` have been cancelled since."""

    day: date
    placed: int
    cancelled: int


def orders_per_day(days: int) -> Report[Day]:
    """Oldest first, days without orders included."""
    return kept(f"orders-per-day-{days}", lambda: (read_orders_per_day(days), days))


def read_orders_per_day(days: int) -> list[Day]:
    """The same, as of now."""
    shown = last_days(days)
    zone = timezone.get_default_timezone()
    placed = (
        # Listing every state lets the index on states and days answer without reading rows.
        Order.objects.filter(status__in=Order.Status.values, created_at__gte=start_of(shown[0]))
        .values(day=TruncDate("created_at", tzinfo=zone))
        .annotate(
            placed=Count("*"),
            cancelled=Count("status", filter=Q(status=Order.Status.CANCELLED)),
        )
        .order_by()
    )
    found = {row["day"]: Day(**row) for row in placed}
    return [found.get(day) or Day(day=day, placed=0, cancelled=0) for day in shown]
