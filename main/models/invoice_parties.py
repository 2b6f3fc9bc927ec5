"""Who bills whom, and who gets the books: the parties of which an invoice has snapshots."""

from typing import Any, TypedDict, cast

from django.conf import settings
from django_countries import countries

from main.models.addresses import POSTAL_FIELDS
from main.models.orders import Order


class Party(TypedDict):
    """A postal address with the country's code and name, and contact details."""

    name: str
    address1: str
    address2: str
    city: str
    zip_code: str
    country: str
    country_name: str
    email: str


class Seller(Party):
    """The shop, with its registration numbers ("" where it has none)."""

    vat_id: str
    company_number: str
    phone: str


def seller() -> Seller:
    """The shop as the settings describe it now."""
    fields = settings.SELLER | {"country_name": countries.name(settings.SELLER["country"])}
    return cast("Seller", fields)


def customer(order: Order) -> Party:
    """The order's current billing address."""
    return _party(order, "billing")


def recipient(order: Order) -> Party:
    """The order's current delivery address."""
    return _party(order, "shipping")


def _party(order: Order, kind: str) -> Party:
    fields = {name: str(getattr(order, f"{kind}_{name}")) for name in POSTAL_FIELDS}
    country: Any = getattr(order, f"{kind}_country")
    more = {"country_name": country.name, "email": order.email}
    return cast("Party", fields | more)
