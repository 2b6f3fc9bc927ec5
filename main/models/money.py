"""Sums of money: VAT contained in gross amounts, by rate. Amounts are Decimals of two places."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

CENT = Decimal("0.01")


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
