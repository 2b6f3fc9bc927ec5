"""How many orders, and how many unpaid copies, one client, mail address or account may have.

Each order sends a mail and takes copies out of stock. A guest proves nothing, so guests are counted
by their client and by the address that gets the mails; members by account, wherever they are.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils import timezone

from main.errors import TooManyOrders
from main.models import Checkout, Order, OrderLine, OrderOrigin

HOUR = timedelta(hours=1)
_KEPT = "Your basket stays as it is."
_FROM_HERE = (
    "Many orders have just been placed from your connection, so we cannot take another one yet. "
    f"{_KEPT} Please try again in an hour, or sign in: your account is counted by itself."
)
_TO_ADDRESS = (
    "Several orders have just been placed with this e-mail address, so we cannot take another one "
    f"yet. {_KEPT} Please try again in an hour, or sign in."
)
_BY_MEMBER = (
    "You have just placed a great many orders, so we cannot take another one yet. "
    f"{_KEPT} Please try again in an hour."
)
_UNPAID = (
    "We have set aside as many copies as we can for orders that are not paid yet. "
    f"{_KEPT} Please pay for one of those orders first, or write to us."
)


def check_order_limits(checkout: Checkout, *, client: str) -> None:
    """Raises TooManyOrders. Until the transaction ends, their other orders wait."""
    user_id = checkout.basket.user_id
    if user_id:
        _check_member(checkout, user_id)
    else:
        _check_guest(checkout, client)


def note_origin(order: Order, *, client: str) -> None:
    if order.user_id is None:
        OrderOrigin.objects.create(order=order, client=client)


def forget_origins() -> int:
    """Delete what is too old to be counted; return how many there were."""
    return OrderOrigin.objects.filter(placed_at__lt=_first_counted()).delete()[0]


def _check_guest(checkout: Checkout, client: str) -> None:
    of_client = Order.objects.filter(user=None, origin__client=client)
    to_address = Order.objects.filter(user=None, email=checkout.email)
    _hold(f"client {client}", f"address {checkout.email}")
    _check_orders(of_client, settings.GUEST_ORDERS_PER_HOUR, _FROM_HERE)
    _check_orders(to_address, settings.ADDRESS_ORDERS_PER_HOUR, _TO_ADDRESS)
    _check_copies(checkout, of_client, settings.GUEST_UNPAID_COPIES)


def _check_member(checkout: Checkout, user_id: int) -> None:
    of_member = Order.objects.filter(user=user_id)
    _hold(f"member {user_id}")
    _check_orders(of_member, settings.MEMBER_ORDERS_PER_HOUR, _BY_MEMBER)
    _check_copies(checkout, of_member, settings.MEMBER_UNPAID_COPIES)


def _check_orders(orders: QuerySet[Order], limit: int, text: str) -> None:
    """A limit of 0 is none."""
    if limit and orders.filter(created_at__gte=timezone.now() - HOUR).count() >= limit:
        raise TooManyOrders(text)


def _check_copies(checkout: Checkout, orders: QuerySet[Order], limit: int) -> None:
    """Whoever has nothing unpaid may order what the shop offers, however many copies that are."""
    unpaid = orders.filter(status=Order.Status.NEW, created_at__gte=_first_counted())
    held = _copies(OrderLine.objects.live().filter(order__in=unpaid))
    if limit and held and held + _copies(checkout.basket.lines.all()) > limit:
        raise TooManyOrders(_UNPAID)


def _copies(lines: QuerySet[Any]) -> int:
    return lines.aggregate(sum=Sum("quantity"))["sum"] or 0


def _first_counted() -> datetime:
    return timezone.now() - timedelta(days=settings.UNPAID_DAYS)


def _hold(*names: str) -> None:
    """Two orders at once would not see each other, and both pass. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    digests = [hashlib.sha256(name.encode()).digest() for name in names]
    with connection.cursor() as cursor:
        # Always in the same order: two that share both names must not wait for each other.
        for key in sorted(int.from_bytes(digest[:8], signed=True) for digest in digests):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
