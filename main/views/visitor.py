"""The visitor behind a request: the owner of baskets, and the orders that they may read."""

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from main.conversation_access import GUEST_ORDERS, orders_open_to
from main.models import Basket, BasketLine, BasketOwner, Order

BASKET_KEY = "basket_key"


def basket_owner(request: HttpRequest) -> BasketOwner:
    """The owner for reading: a guest without a basket has no key and owns nothing."""
    if request.user.is_authenticated:
        return BasketOwner(user_id=request.user.pk)
    return BasketOwner(guest_key=request.session.get(BASKET_KEY))


def basket_owner_for_writing(request: HttpRequest) -> BasketOwner:
    """The owner for writing: a guest without a key gets one.

    It is derived from the session's key, so that two simultaneous first requests find one basket.
    It is stored in the session's data, too, since signing in changes the session's key.
    """
    if not request.user.is_authenticated and BASKET_KEY not in request.session:
        if not request.session.session_key:
            request.session.create()
        # Hashed, since anyone who knows a session's key has the session.
        request.session[BASKET_KEY] = salted_hmac(
            BASKET_KEY, request.session.session_key
        ).hexdigest()
    return basket_owner(request)


def basket_quantity(request: HttpRequest) -> int:
    """How many copies are in the visitor's open basket."""
    owner = basket_owner(request)
    if not (owner.user_id or owner.guest_key):
        return 0
    lookup = {f"basket__{name}": value for name, value in owner.lookup.items()}
    lines = BasketLine.objects.filter(basket__status=Basket.Status.OPEN, **lookup)
    return lines.aggregate(sum=Sum("quantity"))["sum"] or 0


def readable_orders(request: HttpRequest):
    """A user's own orders; for a guest, those placed in this session or opened from a mail."""
    return orders_open_to(request.user, request.session)


def remember_guest_order(request: HttpRequest, order: Order) -> None:
    opened = request.session.get(GUEST_ORDERS, [])
    if order.pk not in opened:
        # A new list, since the session notices assignments, not changes inside.
        request.session[GUEST_ORDERS] = [*opened, order.pk][-20:]
