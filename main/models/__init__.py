"""The table of contents of what is stored."""

from main.models.addresses import Address, PostalAddress
from main.models.baskets import QUANTITY_LIMIT, Basket, BasketLine, BasketOwner
from main.models.canned_replies import CannedReply
from main.models.chat_tickets import ChatTicket
from main.models.conversations import Conversation, Message, ReadCursor
from main.models.invoices import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat
from main.models.money import VatLine, gross_total, vat_by_rate
from main.models.orders import Order, OrderLine
from main.models.participants import Participant, Role
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
    "CannedReply",
    "ChatTicket",
    "Conversation",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceVat",
    "Message",
    "Order",
    "OrderLine",
    "Participant",
    "Picture",
    "PostalAddress",
    "Product",
    "ProductImage",
    "ProductTag",
    "ReadCursor",
    "Role",
    "User",
    "VatLine",
    "gross_total",
    "vat_by_rate",
]
