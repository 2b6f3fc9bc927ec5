"""The signed token with which a guest, who has no account, opens an order."""

from django.core import signing

_SALT = "main.order-access"
MAX_AGE = 365 * 24 * 3600  # seconds


def make_access_token(order_id: int) -> str:
    return signing.dumps(order_id, salt=_SALT)


def read_access_token(token: str) -> int | None:
    """The key of the order that the token opens; None if it is not ours or too old."""
    try:
        order_id = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return order_id if isinstance(order_id, int) else None
