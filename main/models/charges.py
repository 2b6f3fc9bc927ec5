"""Charges (a book, its delivery, a fee) and how they add up. Prices include VAT.

Every sum shown or recorded is computed here: basket, checkout, order, mail, invoice, API.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.db import models

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
# What the columns of totals, invoices and payments hold.
LARGEST_AMOUNT = Decimal("99999999.99")


class ChargeKind(models.TextChoices):
    BOOK = "book", "book"
    DELIVERY = "delivery", "delivery"
    DISCOUNT = "discount", "discount"
    FEE = "fee", "fee"
    GIFT_CARD = "gift_card", "gift card"


# These involve work, such as sending a parcel or wrapping a book. The others only move money.
SERVICES = {ChargeKind.DELIVERY, ChargeKind.FEE}


class Priced(Protocol):
    """Anything with a gross total and a VAT rate in per cent: a line, a charge."""

    @property
    def total(self) -> Decimal: ...

    @property
    def tax_rate(self) -> Decimal: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing that costs money; a discount has a negative price.

    `code` identifies it: a book's product key, or else a word such as "gift-wrapping".
    """

    kind: ChargeKind
    code: str
    name: str
    unit_price: Decimal
    tax_rate: Decimal
    quantity: int = 1

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net and VAT add up to gross, to the cent."""

    net: Decimal
    vat: Decimal
    gross: Decimal

    @classmethod
    def of(cls, *, gross: Decimal, vat: Decimal) -> "Amounts":
        return cls(net=gross - vat, vat=vat, gross=gross)

    def part(self, copies: int, *, of: int) -> "Amounts":
        """The share of `copies` out of `of`; the share of all of them is the whole amount."""
        gross, vat = (
            (amount * copies / of).quantize(CENT, ROUND_HALF_UP)
            for amount in (self.gross, self.vat)
        )
        return Amounts.of(gross=gross, vat=vat)

    def less(self, other: "Amounts") -> "Amounts":
        return Amounts.of(gross=self.gross - other.gross, vat=self.vat - other.vat)


@dataclass(frozen=True, slots=True)
class VatLine:
    """What is charged at one rate (per cent)."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """All charges in total and per rate (lowest first), and each charge's share, in their order."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    vat_lines: list[VatLine]
    shares: list[Amounts]


def add_up(charges: Iterable[Priced]) -> Sums:
    """VAT is rounded once per rate, on the sum; the shares are adjusted to add up to the cent."""
    gross: dict[Decimal, Decimal] = defaultdict(lambda: NOTHING)
    shares = []
    for charge in charges:
        rate = charge.tax_rate
        before = contained_vat(gross=gross[rate], rate=rate)
        gross[rate] += charge.total
        vat = contained_vat(gross=gross[rate], rate=rate) - before
        shares.append(Amounts.of(gross=charge.total, vat=vat))
    vat_lines = [_vat_line(rate, gross[rate]) for rate in sorted(gross)]
    return Sums(
        net=sum((line.net for line in vat_lines), NOTHING),
        vat=sum((line.vat for line in vat_lines), NOTHING),
        gross=sum((line.gross for line in vat_lines), NOTHING),
        vat_lines=vat_lines,
        shares=shares,
    )


def is_too_large(charges: Iterable[Priced]) -> bool:
    """Whether they, or what is left when some are cancelled, could exceed LARGEST_AMOUNT."""
    return sum((abs(charge.total) for charge in charges), NOTHING) > LARGEST_AMOUNT


def contained_vat(*, gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT in a gross amount, rounded half up to the cent."""
    return (gross * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)


def _vat_line(rate: Decimal, gross: Decimal) -> VatLine:
    vat = contained_vat(gross=gross, rate=rate)
    return VatLine(rate=rate, net=gross - vat, vat=vat, gross=gross)
