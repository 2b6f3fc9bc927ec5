"""Paid orders for the invoice tests: a little money, many scripts, and what a PDF says."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from main.actions.payments import mark_order_paid
from main.models import Invoice, Order
from main.tests.support.factories import OrderFactory, OrderLineFactory, ProductFactory

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
LONG_TITLE = (
    "The life and strange surprizing adventures of Robinson Crusoe, of York, mariner: who lived "
    "eight and twenty years, all alone in an un-inhabited island on the coast of America, near it"
)
JAPANESE, ARABIC = "吾輩は猫である", "كتاب ألف ليلة وليلة (الجزء الأول)"
MIXED = [
    ("Middlemarch", "8.49", "0", 1),
    ("A calendar", "9.99", "20", 3),
    ("A globe", "0.07", "20", 1),
    ("A map", "4.99", "5", 2),
]
# Debian's fonts-noto-core and fonts-noto-cjk, which bin/test sees to.
HAS_FONTS = all(
    any(Path("/usr/share/fonts").rglob(name)) for name in ("NotoSans-*", "NotoSansCJK-*")
)
SELLER = {
    "name": "BookTime Ltd",
    "address1": "3 Quire Court",
    "address2": "",
    "city": "Bath",
    "zip_code": "BA1 1AA",
    "country": "GB",
    "email": "customerservice@booktime.example",
    "phone": "",
    "vat_id": "GB999999973",
    "company_number": "01234567",
}


def new_order(*lines: tuple[str, str, str, int], **fields) -> Order:
    """A NEW order of (title, price, VAT rate, quantity) each."""
    order = OrderFactory(**fields)
    for name, price, rate, quantity in lines:
        book = ProductFactory(name=name, price=Decimal(price), tax_rate=Decimal(rate))
        OrderLineFactory(order=order, product=book, quantity=quantity)
    return order


def paid_order(*lines: tuple[str, str, str, int], at: datetime = NOON, **fields) -> Order:
    order = new_order(*lines or [("Middlemarch", "8.49", "0", 1)], **fields)
    return mark_order_paid(order_id=order.pk, at=at)


def invoice_of(order: Order) -> Invoice:
    return Invoice.objects.for_rendering().get(order=order, kind=Invoice.Kind.INVOICE)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
