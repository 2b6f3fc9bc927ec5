"""The table of contents of what is stored."""

from main.models.addresses import Address, PostalAddress
from main.models.baskets import QUANTITY_LIMIT, Basket, BasketLine, BasketOwner
from main.models.invoices import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat
from main.models.money import VatLine, gross_total, vat_by_rate
from main.models.orders import Order, OrderLine
from main.models.product_images import Picture, ProductImage
from main.models.product_tags import ProductTag
from main.models.products import Product
from main.models.users import User

__all__ = [
    "QUANTITY_LIMIT",
    "Address",
    "Basket",
    "BasketLine",
    "BasketOwner",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceVat",
    "Order",
    "OrderLine",
    "Picture",
    "PostalAddress",
    "Product",
    "ProductImage",
    "ProductTag",
    "User",
    "VatLine",
    "gross_total",
    "vat_by_rate",
]
