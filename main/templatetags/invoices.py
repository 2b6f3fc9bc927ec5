"""How an invoice writes text of any language."""

import unicodedata

from django import template

register = template.Library()


@register.filter
def direction(text: str) -> str:
    """“rtl” when the text's first letter is of a script from right to left, else “ltr”.

    Browsers know as much by dir="auto"; the printer does not.
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"
