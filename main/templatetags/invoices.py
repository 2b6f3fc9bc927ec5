"""How an invoice writes text in any language."""

import unicodedata

from django import template

register = template.Library()


@register.filter
def direction(text: str) -> str:
    """“rtl” if the text's first letter is from a right-to-left script, else “ltr”.

    Browsers do this for dir="auto"; WeasyPrint does not.
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"
