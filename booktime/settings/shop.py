"""The shop as a business: money, who bills, when it is open."""

from decimal import Decimal

from django.core.exceptions import ImproperlyConfigured
from stdnum import bic, iban

from booktime import setting_types
from booktime.settings.site import DEBUG, env
from booktime.settings.work import CUSTOMER_SERVICE_EMAIL

CURRENCY = "GBP"
DEFAULT_TAX_RATE = env.percentage("DEFAULT_TAX_RATE", default=Decimal("0.00"))
# Orders are paid by transfer to this account.
TRANSFER = {
    "beneficiary": env.str("TRANSFER_BENEFICIARY", default="BookTime Ltd"),
    "iban": env.one("TRANSFER_IBAN", iban.validate, "an IBAN", default="GB33BUKB20201555555555"),
    "bic": env.one("TRANSFER_BIC", bic.validate, "a BIC", default="BUKBGB22"),
}
# In the order in which they are offered; main.gateways.payments says what a way is.
PAYMENT_WAYS = [
    "main.gateways.payments.transfer.BankTransfer",
    "main.gateways.payments.in_shop.PaidInShop",
]
# The number of hours for which the page that offers an order may be open before it is placed.
QUOTE_HOLDS = env.whole("QUOTE_HOLDS", default=24, least=1, most=720)
# The number of days for which an abandoned checkout is kept.
CHECKOUT_DAYS = env.whole("CHECKOUT_DAYS", default=30, least=1, most=365)
# How many orders an hour one client may place as a guest, one mail address get, and one account
# place; and how many copies may be in orders not yet paid, if there is more than one. 0: no limit.
GUEST_ORDERS_PER_HOUR = env.whole("GUEST_ORDERS_PER_HOUR", default=15, least=0, most=1_000_000)
ADDRESS_ORDERS_PER_HOUR = env.whole("ADDRESS_ORDERS_PER_HOUR", default=5, least=0, most=1_000_000)
MEMBER_ORDERS_PER_HOUR = env.whole("MEMBER_ORDERS_PER_HOUR", default=30, least=0, most=1_000_000)
GUEST_UNPAID_COPIES = env.whole("GUEST_UNPAID_COPIES", default=100, least=0, most=1_000_000)
MEMBER_UNPAID_COPIES = env.whole("MEMBER_UNPAID_COPIES", default=500, least=0, most=1_000_000)
# The number of days for which an unpaid order counts, and its client is kept.
UNPAID_DAYS = 14
# The seller, shown on every invoice as it was on that day.
SELLER = {
    "name": env.str("SELLER_NAME", default="BookTime Ltd"),
    "address1": env.str("SELLER_ADDRESS1", default="3 Quire Court"),
    "address2": env.str("SELLER_ADDRESS2", default=""),
    "city": env.str("SELLER_CITY", default="Bath"),
    "zip_code": env.str("SELLER_ZIP_CODE", default="BA1 1AA"),
    "country": env.one("SELLER_COUNTRY", setting_types.country, "a country code", default="GB"),
    "email": env.one(
        "SELLER_EMAIL", setting_types.mail_address, "a mail address", default=CUSTOMER_SERVICE_EMAIL
    ),
    "phone": env.maybe("SELLER_PHONE", setting_types.phone, "a telephone number"),
    "vat_id": env.maybe(
        "SELLER_VAT_ID",
        setting_types.vat_id,
        "a VAT number with its country's prefix, like GB999999973, or empty",
        default="GB999999973" if DEBUG else "",
    ),
    "company_number": env.str("SELLER_COMPANY_NUMBER", default=""),
}
if DEFAULT_TAX_RATE and not SELLER["vat_id"]:
    raise ImproperlyConfigured("DEFAULT_TAX_RATE is not 0: VAT requires a SELLER_VAT_ID.")
# With fewer copies than this, a book's stock is running low.
LOW_STOCK = env.whole("LOW_STOCK", default=5, least=1, most=10_000)
# The number of open days after the payment within which an order should be on its way.
DISPATCH_DAYS = env.whole("DISPATCH_DAYS", default=2, least=1, most=14)
# When customer service answers, in the shop's time zone.
OPENING_HOURS = env.one(
    "OPENING_HOURS",
    setting_types.opening_hours,
    "hours",
    default="Mo-Fr 09:00-17:30; Sa 10:00-14:00",
)
# The history is read-only: nothing is reverted to an older record.
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
