"""The central office's site: catalogue, customers' addresses, orders, invoices, conversations."""

from main.admin.addresses import AddressAdmin
from main.admin.catalogue import ProductAdmin, TagAdmin
from main.admin.conversations import CannedReplyAdmin, ConversationAdmin
from main.admin.invoices import InvoiceAdmin
from main.admin.office_orders import OfficeOrderAdmin
from main.admin.sites import office_site
from main.models import (
    Address,
    CannedReply,
    Conversation,
    Invoice,
    Order,
    Product,
    ProductTag,
)

office_site.register(Address, AddressAdmin)
office_site.register(CannedReply, CannedReplyAdmin)
office_site.register(Conversation, ConversationAdmin)
office_site.register(Invoice, InvoiceAdmin)
office_site.register(Order, OfficeOrderAdmin)
office_site.register(Product, ProductAdmin)
office_site.register(ProductTag, TagAdmin)
