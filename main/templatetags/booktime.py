"""How templates write money, rates and terms (main.wording), and data for machines."""

import json
from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from main.gateways.payments import offered_ways
from main.models import Charge, ChargeKind, OrderCharge
from main.models.foreign_text import FSI, PDI, isolated
from main.wording.delivery import delivery_promise
from main.wording.money import money, percent

register = template.Library()
for words in (money, percent):
    register.filter(words)
register.simple_tag(delivery_promise)

# These could end the script element early, or start a comment in it.
_SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter("isolated", needs_autoescape=True)
def isolated_part(text: object, autoescape: bool = True) -> str:
    """Others' text within a sentence: <bdi> on a page, borders of direction in plain text.

    Neither has any for text that runs as ours does.
    """
    words = isolated(text)
    if autoescape and words.startswith(FSI):
        return format_html("<bdi>{}</bdi>", words.removeprefix(FSI).removesuffix(PDI))
    return words


@register.filter
def isolated_text(text: object) -> str:
    """The same for attributes and titles, which hold no elements."""
    return isolated(text)


@register.filter
def has_free_delivery(charges: Iterable[Charge | OrderCharge]) -> bool:
    """True if nothing is charged for delivery."""
    return all(charge.kind != ChargeKind.DELIVERY for charge in charges)


@register.simple_tag
def ways_to_pay() -> str:
    """“bank transfer or cheque”: what a customer can choose from."""
    labels = [way.label for way in offered_ways()]
    return " or ".join(f"{label[:1].lower()}{label[1:]}" for label in labels)


@register.simple_tag
def structured_data(facts: dict) -> SafeString:
    """A schema.org description as JSON-LD, safe whatever a title contains."""
    text = json.dumps(facts, ensure_ascii=False).translate(_SCRIPT_ESCAPES)
    safe = mark_safe(text)  # noqa: S308 - nothing in it can end the element any more
    return format_html('<script type="application/ld+json">{}</script>', safe)
