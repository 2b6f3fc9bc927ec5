"""Money as it is written, and VAT contained in gross sums. Amounts are Decimals of two places."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.conf import settings

CENT = Decimal("0.01")
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


class Priced(Protocol):
    """Anything with a gross total and its VAT rate in percent: a line."""

    @property
    def total(self) -> Decimal: ...

    @property
    def tax_rate(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class VatLine:
    """The gross sum of one rate (percent) and the VAT contained in it."""

    rate: Decimal
    gross: Decimal
    vat: Decimal


def money(amount: Decimal | None, currency: str = "") -> str:
    """1234.5 as “£1,234.50”, in the shop's currency unless another is named."""
    # A template's empty text stands for a value that it did not find.
    if amount is None or amount == "":
        return ""
    currency = currency or settings.CURRENCY
    return f"{_SIGNS.get(currency, currency + ' ')}{amount:,.2f}"


def gross_total(lines: Iterable[Priced]) -> Decimal:
    """What they cost together, VAT included."""
    return sum((line.total for line in lines), Decimal("0.00"))


def contained_vat(*, gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT in a gross amount, rounded half up to the cent."""
    return (gross * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)


def vat_by_rate(lines: Iterable[Priced]) -> list[VatLine]:
    """One VatLine a rate, lowest first. Rounded once a rate, so that the cents add up."""
    gross: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        gross[line.tax_rate] += line.total
    return [
        VatLine(rate, gross[rate], contained_vat(gross=gross[rate], rate=rate))
        for rate in sorted(gross)
    ]
