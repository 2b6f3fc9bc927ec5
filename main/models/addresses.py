"""Postal addresses: as plain values, and those that a customer keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django_countries.fields import Country, CountryField

from main.models.folded_text import Folded, FoldedField, FoldedRows
from main.models.foreign_text import isolated
from main.models.place_names import normalise_place
from main.models.postal_rules import check_postal_address
from main.models.postcodes import normalise_postcode, plain_digits

POSTAL_FIELDS = ("name", "address1", "address2", "city", "zip_code", "country")
# The fields that are stored as the post writes them, however they were typed.
NORMALISED = ("address1", "address2", "city", "zip_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """An address as plain values; `country` is a code of two letters."""

    name: str
    address1: str
    address2: str
    city: str
    zip_code: str
    country: str

    def __str__(self) -> str:
        parts = (self.name, self.address1, self.address2, self.city, self.zip_code)
        return ", ".join([isolated(part) for part in parts if part] + [self.country_name])

    @property
    def country_name(self) -> str:
        """In the reader's language."""
        return str(Country(self.country).name) or self.country


def normalise_address(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields as the post of their country writes them: digits, postcode, place."""
    country = fields["country"]
    lines = {name: plain_digits(fields[name]) for name in ("address1", "address2", "city")}
    return {
        **fields,
        **lines,
        "city": normalise_place(lines["city"], country),
        "zip_code": normalise_postcode(fields["zip_code"], country),
    }


class AddressQuerySet(FoldedRows, models.QuerySet["Address"]):
    def owned_by(self, user: Any) -> "AddressQuerySet":
        return self.filter(user=user)


class Address(Folded):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    name = models.CharField("full name", max_length=120)
    address1 = models.CharField("address", max_length=120)
    address2 = models.CharField("address, second line", max_length=120, blank=True)
    city = models.CharField("town or city", max_length=80, blank=True)
    zip_code = models.CharField("postcode", max_length=12, blank=True)
    country: Any = CountryField()
    folded = FoldedField(sources=["name"])

    objects = AddressQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return str(self.postal)

    def clean(self) -> None:
        fields = normalise_address(asdict(self.postal))
        for name in NORMALISED:
            setattr(self, name, fields[name])
        if wrong := check_postal_address(**fields):
            raise ValidationError(wrong)

    def get_absolute_url(self) -> str:
        return reverse("address_update", kwargs={"pk": self.pk})

    @property
    def postal(self) -> PostalAddress:
        fields = {name: getattr(self, name) for name in POSTAL_FIELDS}
        return PostalAddress(**fields | {"country": self.country.code or ""})
