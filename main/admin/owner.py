"""The owners' site, which is Django's default one: everything except people's secrets."""

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401, what these four register is taken away below
import django_tasks_db.admin  # noqa: F401
import knox.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from main.admin.addresses import OwnerAddressAdmin
from main.admin.baskets import BasketAdmin
from main.admin.catalogue import ProductAdmin, TagAdmin
from main.admin.conversations import CannedReplyAdmin, ConversationAdmin
from main.admin.invoices import InvoiceAdmin
from main.admin.office_orders import OfficeOrderAdmin
from main.admin.people import (
    AuthenticatorAdmin,
    EmailAddressAdmin,
    GroupAdmin,
    OwnerUserAdmin,
    TokenAdmin,
)
from main.models import (
    Address,
    Basket,
    CannedReply,
    Conversation,
    Invoice,
    Order,
    Product,
    ProductTag,
    User,
)

# It shows the arguments of tasks, and mails about accounts contain links that open them.
admin.site.unregister(DBTaskResult)
# Their own admins show secrets and hashes, verify others' addresses, and change what migrations
# set.
for model, model_admin in {
    EmailAddress: EmailAddressAdmin,
    Authenticator: AuthenticatorAdmin,
    AuthToken: TokenAdmin,
    Group: GroupAdmin,
}.items():
    admin.site.unregister(model)
    admin.site.register(model, model_admin)

admin.site.register(Address, OwnerAddressAdmin)
admin.site.register(Basket, BasketAdmin)
admin.site.register(CannedReply, CannedReplyAdmin)
admin.site.register(Conversation, ConversationAdmin)
admin.site.register(Invoice, InvoiceAdmin)
admin.site.register(Order, OfficeOrderAdmin)
admin.site.register(Product, ProductAdmin)
admin.site.register(ProductTag, TagAdmin)
admin.site.register(User, OwnerUserAdmin)
