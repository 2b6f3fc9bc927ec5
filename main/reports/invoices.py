"""What was billed less what was credited, by month and VAT rate."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from main.models import Invoice, InvoiceVat
from main.reports.calendar import last_months
from main.reports.figures import Report, kept

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Turnover:
    """The sums of a month (its first day) at one VAT rate; negative where more was credited."""

    month: date
    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


def turnover(months: int) -> Report[Turnover]:
    """Oldest first: for each month one row for each rate billed in any of them."""
    return kept(f"turnover-{months}", lambda: _read(months))


def _read(months: int) -> list[Turnover]:
    shown = last_months(months)
    billed = (
        InvoiceVat.objects.filter(issued_on__gte=shown[0])
        .values("kind", "rate", month=TruncMonth("issued_on"))
        .annotate(net_sum=Sum("net"), vat_sum=Sum("vat"))
        .order_by()
    )
    net: dict[tuple[date, Decimal], Decimal] = defaultdict(lambda: _NOTHING)
    vat: dict[tuple[date, Decimal], Decimal] = defaultdict(lambda: _NOTHING)
    for row in billed:
        at = row["month"], row["rate"]
        sign = -1 if row["kind"] == Invoice.Kind.CREDIT_NOTE else 1
        net[at] += sign * row["net_sum"]
        vat[at] += sign * row["vat_sum"]
    rates = sorted({rate for _, rate in net})
    return [
        Turnover(
            month=month, rate=rate, net=net[month, rate], vat=vat[month, rate],
            gross=net[month, rate] + vat[month, rate],
        )
        for month in shown
        for rate in rates
    ]  # fmt: skip
