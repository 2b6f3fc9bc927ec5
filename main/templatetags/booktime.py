"""How templates write money (main.wording.money), rates, and data for machines."""

import json
from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from main.models import Charge, ChargeKind, OrderCharge
from main.wording.money import money

register = template.Library()
register.filter(money)

# These could end the script element early, or start a comment in it.
_SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def has_free_delivery(charges: Iterable[Charge | OrderCharge]) -> bool:
    """True if nothing is charged for delivery."""
    return all(charge.kind != ChargeKind.DELIVERY for charge in charges)


@register.filter
def percent(rate: Decimal) -> str:
    """20.00 as “20%”, 5.50 as “5.5%”."""
    return f"{rate.normalize():f}%"


@register.simple_tag
def structured_data(facts: dict) -> SafeString:
    """A schema.org description as JSON-LD, safe whatever a title contains."""
    text = json.dumps(facts, ensure_ascii=False).translate(_SCRIPT_ESCAPES)
    safe = mark_safe(text)  # noqa: S308 - nothing in it can end the element any more
    return format_html('<script type="application/ld+json">{}</script>', safe)
