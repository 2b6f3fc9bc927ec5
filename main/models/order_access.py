"""The signed token with which a guest, who has no account, opens an order."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone

from main.models.orders import Order

EMAIL_CORRECTED = "E-mail address corrected"  # the reason in the order's history
_SALT = "main.order-access"
MAX_AGE = 365 * 24 * 3600  # seconds


def make_access_token(order_id: int) -> str:
    return signing.dumps(order_id, salt=_SALT)


def read_access_token(token: str, *, max_age: int | timedelta = MAX_AGE) -> int | None:
    """The key of the order that the token opens; None if it is not ours or too old."""
    try:
        order_id = signing.loads(token, salt=_SALT, max_age=max_age)
    except signing.BadSignature:
        return None
    return order_id if isinstance(order_id, int) else None


def was_mailed_elsewhere(token: str, order: Order) -> bool:
    """Whether the office has corrected the order's address since: a stranger may have the link."""
    corrections = order.history.filter(history_change_reason=EMAIL_CORRECTED)
    moment = corrections.values_list("history_date", flat=True).order_by("-history_date").first()
    if moment is None:
        return False
    # Tokens count in whole seconds: the new address's own may seem a second older.
    since = timezone.now() - moment + timedelta(seconds=1)
    return read_access_token(token, max_age=since) is None


def corrected_since(opened: Mapping[str, float]) -> QuerySet[Any]:
    """The keys of those orders whose address the office has corrected since they were opened.

    `opened`: when (in seconds since 1970), by the order's key. It must not be empty.
    """
    since = Q()
    for order_id, moment in opened.items():
        since |= Q(id=order_id, history_date__gt=datetime.fromtimestamp(moment, UTC))
    return Order.history.filter(since, history_change_reason=EMAIL_CORRECTED).values("id")
