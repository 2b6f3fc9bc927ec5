"""Text that others wrote, in the middle of our sentences: it may run from right to left.

Without a border, “2 × A: £5.00” with an Arabic A shows price and number in each other's place.
"""

import re
import unicodedata

# First strong isolate, and the end of an isolate.
FSI, PDI = "\u2068", "\u2069"
# Embeddings, overrides and isolates. The text's own could end ours; they show nothing themselves.
_BORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Letters from right to left, Arabic digits, and a mark of that direction.
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def isolated(text: object) -> str:
    """The text with borders for its direction, unless it runs as ours does anyway.

    For plain text and for attributes; a page has <bdi> for it (the filter `isolated`).
    """
    plain = _BORDERS.sub("", str(text))
    if plain.isascii() or _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, plain)):
        return plain
    return f"{FSI}{plain}{PDI}"


def direction(text: str) -> str:
    """“rtl” if the text's first letter is from a right-to-left script, else “ltr”.

    Browsers do this for dir="auto"; WeasyPrint does not.
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"
