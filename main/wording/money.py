"""How money and rates are written."""

from decimal import Decimal

from django.conf import settings

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def money(amount: Decimal | None, currency: str = "") -> str:
    """1234.5 as “£1,234.50”, in the shop's currency unless another is named."""
    # Templates pass an empty text for a value that they did not find.
    if amount is None or amount == "":
        return ""
    currency = currency or settings.CURRENCY
    sign = "−" if amount < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{abs(amount):,.2f}"


def percent(rate: Decimal) -> str:
    """20.00 as “20%”, 5.50 as “5.5%”."""
    return f"{rate.normalize():f}%"
