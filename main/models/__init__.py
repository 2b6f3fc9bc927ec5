"""The table of contents of what is stored."""

from main.models import tuple_lookups as tuple_lookups
from main.models.addresses import Address, PostalAddress
from main.models.balance import Balance
from main.models.baskets import QUANTITY_LIMIT, Basket, BasketLine, BasketOwner
from main.models.canned_replies import CannedReply
from main.models.charges import Charge, ChargeKind, Sums, add_up
from main.models.chat_tickets import ChatTicket
from main.models.checkouts import Checkout
from main.models.conversations import Conversation, Message, ReadCursor
from main.models.invoices import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat
from main.models.open_balances import OpenBalance
from main.models.order_lines import OrderCharge, OrderLine
from main.models.order_origins import OrderOrigin
from main.models.orders import Order
from main.models.participants import Participant, Role
from main.models.payments import Payment, Refund
from main.models.periodic_jobs import PeriodicJob
from main.models.product_images import Picture, ProductImage
from main.models.product_tags import ProductTag
from main.models.products import Product
from main.models.quotes import Quote
from main.models.users import User

__all__ = [
    "QUANTITY_LIMIT",
    "Address",
    "Balance",
    "Basket",
    "BasketLine",
    "BasketOwner",
    "CannedReply",
    "Charge",
    "ChargeKind",
    "ChatTicket",
    "Checkout",
    "Conversation",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceVat",
    "Message",
    "OpenBalance",
    "Order",
    "OrderCharge",
    "OrderLine",
    "OrderOrigin",
    "Participant",
    "Payment",
    "PeriodicJob",
    "Picture",
    "PostalAddress",
    "Product",
    "ProductImage",
    "ProductTag",
    "Quote",
    "ReadCursor",
    "Refund",
    "Role",
    "Sums",
    "User",
    "add_up",
]
