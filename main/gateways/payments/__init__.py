"""The ways to pay, each behind the same small interface; `PAYMENT_WAYS` in the settings lists them.

Each has its own file here, and its texts in `templates/payments/<code>/`.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from main.gateways.payments.protocol import Begun, BegunOutside, Demand, PaymentWay, Receipt
from main.models import Order

__all__ = [
    "Begun",
    "BegunOutside",
    "Demand",
    "PaymentWay",
    "Receipt",
    "instructions",
    "offered_ways",
    "payment_way",
    "ways",
]


def ways() -> list[PaymentWay]:
    """All of them, in the order in which they are offered."""
    return [_load(path) for path in settings.PAYMENT_WAYS]


def offered_ways() -> list[PaymentWay]:
    """Those among which a customer chooses at the checkout."""
    return [way for way in ways() if way.is_offered]


def payment_way(code: str) -> PaymentWay | None:
    """The way with this code; None if the shop has no such way, or no longer has it."""
    return next((way for way in ways() if way.code == code), None)


def instructions(order: Order) -> dict[str, str] | None:
    """How a customer can pay a new order; None for any other order.

    Contains the way's details, and the templates that show them: `panel`, `mail`, `mail_text`.
    """
    way = payment_way(order.payment_way)
    if way is None or order.status != Order.Status.NEW:
        return None
    folder = f"payments/{way.code}"
    return way.details(order.number) | {
        "panel": f"{folder}/panel.html",
        "mail": f"{folder}/mail.html",
        "mail_text": f"{folder}/mail.txt",
    }


@cache
def _load(path: str) -> PaymentWay:
    way: PaymentWay = import_string(path)()
    return way
