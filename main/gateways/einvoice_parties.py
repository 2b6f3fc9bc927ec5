"""Who bills whom in an electronic invoice, where the books go, and when."""

import re
from typing import Any

from django.utils import timezone
from drafthorse.models.party import TaxRegistration

from main.models import Invoice
from main.models.invoice_parties import Party, Seller, recipient

EMAIL = "EM"  # CEF EAS
# Kosovo has no code of ISO 3166 (posts and banks write XK); the list of BR-CL-14 says 1A.
OTHER_COUNTRY_CODES = {"XK": "1A"}
# Characters that XML 1.0 cannot contain, even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_seller(node: Any, seller: Seller) -> None:
    if seller["company_number"]:
        node.legal_organization.id = xml_text(seller["company_number"])
    elif not seller["vat_id"]:
        node.id = xml_text(seller["email"])  # BR-CO-26: it must have some identifier
    if seller["phone"]:
        # A contact needs a name too (BR-DE-5): here it is the shop's.
        node.contact.person_name = xml_text(seller["name"])
        node.contact.telephone.number = xml_text(seller["phone"])
        node.contact.email.address = xml_text(seller["email"])
    write_party(node, seller)
    if seller["vat_id"]:
        registration = TaxRegistration()
        registration.id = ("VA", xml_text(seller["vat_id"]))
        node.tax_registrations.add(registration)


def write_party(node: Any, party: Party) -> None:
    _write_postal(node, party)
    if party["email"]:
        node.electronic_address.uri_ID = (EMAIL, xml_text(party["email"]))


def write_delivery(delivery: Any, invoice: Invoice) -> None:
    """Where the books go (BG-15), and once all were sent, when (BT-72)."""
    # Documents of release 0.2.0 do not say where: their orders do.
    _write_postal(delivery.ship_to, invoice.recipient or recipient(invoice.order))
    if invoice.sent_on:
        delivery.event.occurrence = invoice.sent_on


def write_period(period: Any, invoice: Invoice) -> None:
    """From the order to the bill (BG-14), in place of a date on which the books were sent."""
    billed = invoice.corrects or invoice
    days = (timezone.localdate(at) for at in (invoice.order.created_at, billed.issued_at))
    # The bill can be dated back, to the day of the payment.
    period.start, period.end = sorted(days)


def _write_postal(node: Any, party: Party) -> None:
    node.name = xml_text(party["name"])
    address = node.address
    address.postcode = xml_text(party["zip_code"])
    address.line_one = xml_text(party["address1"])
    address.line_two = xml_text(party["address2"])
    address.city_name = xml_text(party["city"])
    address.country_id = OTHER_COUNTRY_CODES.get(party["country"], party["country"])


def xml_text(value: str) -> str:
    """The text with spaces for characters that no XML document can contain, and no font has."""
    return _NOT_XML.sub(" ", value)
