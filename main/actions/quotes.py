"""Quotes: what a checkout costs now, and offering that to the customer."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from main.actions.pricers import PRICERS
from main.models import BasketLine, Charge, ChargeKind, Checkout, Quote


def make_quote(checkout: Checkout, *, lines: Iterable[BasketLine]) -> Quote:
    """At current prices; nothing is stored. `lines` are the basket's, with their products."""
    books = tuple(_book(line) for line in lines)
    return Quote(
        books=books,
        extras=tuple(_taxed(charge) for price in PRICERS for charge in price(checkout, books)),
        currency=settings.CURRENCY,
        terms={
            "billing": checkout.billing,
            "shipping": checkout.shipping,
            "email": checkout.email,
            "delivery": checkout.delivery,
        },
    )


def offer_quote(checkout: Checkout, *, lines: Iterable[BasketLine]) -> Quote:
    """Make and store a quote, which can be accepted until `valid_until`.

    If it equals the last one, it is stored again only after half of that one's time.
    """
    quote = make_quote(checkout, lines=lines)
    now, holds = timezone.now(), timedelta(hours=settings.QUOTE_HOLDS)
    is_fresh = checkout.valid_until is not None and checkout.valid_until - now > holds / 2
    if not (is_fresh and checkout.offered == quote):
        checkout.quote, checkout.valid_until = quote.as_json(), now + holds
        # Not save(): signing in on another page may have merged it into another checkout.
        Checkout.objects.filter(pk=checkout.pk).update(
            quote=checkout.quote, valid_until=checkout.valid_until, updated_at=now
        )
    return quote


def _taxed(charge: Charge) -> Charge:
    """A shop that is not registered for VAT charges none."""
    return charge if settings.SELLER["vat_id"] else replace(charge, tax_rate=Decimal(0))


def _book(line: BasketLine) -> Charge:
    product = line.product
    return Charge(
        kind=ChargeKind.BOOK,
        code=str(product.pk),
        name=product.name,
        unit_price=product.price,
        tax_rate=product.tax_rate,
        quantity=line.quantity,
    )
