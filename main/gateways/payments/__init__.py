"""The ways to pay, each behind the same small interface; `PAYMENT_WAYS` in the settings lists them.

A way has a file of its own here, and its words in `templates/payments/<code>/`.
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
    """Those that a customer chooses among at the checkout."""
    return [way for way in ways() if way.is_offered]


def payment_way(code: str) -> PaymentWay | None:
    """None where the shop has no such way, or no longer."""
    return next((way for way in ways() if way.code == code), None)


def instructions(order: Order) -> dict[str, str] | None:
    """What a customer who has still to pay is told; None when there is nothing to pay.

    The way's facts, and the templates that show them: `panel`, `mail`, `mail_text`.
    """
    way = payment_way(order.payment_way)
    if way is None or order.status != Order.Status.NEW:
        return None
    folder = f"payments/{way.code}"
    return way.facts(order.number) | {
        "panel": f"{folder}/panel.html",
        "mail": f"{folder}/mail.html",
        "mail_text": f"{folder}/mail.txt",
    }


@cache
def _load(path: str) -> PaymentWay:
    way: PaymentWay = import_string(path)()
    return way
