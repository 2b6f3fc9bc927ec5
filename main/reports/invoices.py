"""Turnover: what was invoiced less what was credited, by month and VAT rate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from main.models import Invoice, InvoiceVat
from main.models.charges import CENT
from main.reports.calendar import last_days, last_months, start_of
from main.reports.figures import Report, kept, kept_closed

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Turnover:
    """The sums of a month (its first day) at one VAT rate; negative if more was credited."""

    month: date
    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


class _Sums(NamedTuple):
    """The sums of all documents of one kind, rate and month."""

    kind: str
    rate: Decimal
    month: date
    net: Decimal
    vat: Decimal


def turnover(months: int) -> Report[Turnover]:
    """Oldest first: per month, a row for each rate that was used in any of the months."""
    return kept(f"turnover-{months}", lambda: _read_turnover(months))


def _read_turnover(months: int) -> tuple[list[Turnover], int]:
    shown = last_months(months)
    since = max(_open_since(), shown[0])
    rows = _rows(shown, [*_closed(shown[0], since), *_sums(since)])
    return rows, len(rows)


def _open_since() -> date:
    """The running month; on its first day the one before, whose last invoices may still arrive."""
    before, this = last_months(2)
    return before if last_days(1)[0] == this else this


def _closed(first: date, until: date) -> list[_Sums]:
    """Invoices never change: only a new one could change a month that is over."""
    past = Invoice.objects.filter(issued_at__lt=start_of(until)).order_by("-issued_at", "-pk")
    newest = past.values_list("pk", flat=True).first()
    return kept_closed(f"billed-{first}-{until}-{newest}", lambda: _sums(first, until))


def _sums(first: date, until: date = date.max) -> list[_Sums]:
    billed = (
        InvoiceVat.objects.filter(issued_on__gte=first, issued_on__lt=until)
        .values_list("kind", "rate", TruncMonth("issued_on"))
        .annotate(net_sum=Sum("net"), vat_sum=Sum("vat"))
        .order_by()
    )
    return [
        # SQLite counts in floating point.
        _Sums(kind, rate, month, net.quantize(CENT), vat.quantize(CENT))
        for kind, rate, month, net, vat in billed
    ]


def _rows(shown: list[date], billed: Iterable[_Sums]) -> list[Turnover]:
    net: dict[tuple[date, Decimal], Decimal] = defaultdict(lambda: _NOTHING)
    vat: dict[tuple[date, Decimal], Decimal] = defaultdict(lambda: _NOTHING)
    for sums in billed:
        at = sums.month, sums.rate
        sign = -1 if sums.kind == Invoice.Kind.CREDIT_NOTE else 1
        net[at] += sign * sums.net
        vat[at] += sign * sums.vat
    rates = sorted({rate for _, rate in net})
    return [
        Turnover(
            month=month, rate=rate, net=net[month, rate], vat=vat[month, rate],
            gross=net[month, rate] + vat[month, rate],
        )
        for month in shown
        for rate in rates
    ]  # fmt: skip
