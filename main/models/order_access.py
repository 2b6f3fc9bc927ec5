"""The signed token with which a guest, who has no account, opens an order."""

from datetime import timedelta

from django.core import signing
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
