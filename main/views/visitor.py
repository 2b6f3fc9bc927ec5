"""The visitor behind a request: the owner of baskets, and the orders that they may read."""

import time
from typing import NamedTuple

from allauth.core.internal.ratelimit import get_ip
from django.db.models import QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from main.conversation_access import GUEST_ORDERS, OPENED_AT, orders_open_to
from main.models import Basket, BasketLine, BasketOwner, Order, User
from main.models.orders import OrderQuerySet
from main.reports.unread import has_unread_reply

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


def client_of(request: HttpRequest) -> str:
    """A name for the client's network by which limits count; it does not reveal the address."""
    return salted_hmac("main.visitor.client", get_ip(request), algorithm="sha256").hexdigest()[:32]


class AtHand(NamedTuple):
    """What the head of each page says: copies in the basket, and an order with an unread reply."""

    basket_quantity: int
    unread_order: int | None


def at_hand(request: HttpRequest) -> AtHand:
    """One query for most visitors, since every page asks."""
    if request.user.is_authenticated:
        return _at_hand_of_user(request.user.pk)
    owner = basket_owner(request)
    copies = next(iter(_copies(owner)), 0) if owner.guest_key else 0
    has_orders = GUEST_ORDERS in request.session
    unread = _newest_unread(readable_orders(request)).first() if has_orders else None
    return AtHand(copies or 0, unread)


def _at_hand_of_user(user_id: int) -> AtHand:
    user = User.objects.filter(pk=user_id).order_by()
    unread = _newest_unread(Order.objects.filter(user=user_id))
    copies = _copies(BasketOwner(user_id=user_id))
    found = user.values_list(Subquery(copies), Subquery(unread[:1])).first()
    copies_found, order = found or (0, None)
    return AtHand(copies_found or 0, order)


def _copies(owner: BasketOwner) -> QuerySet:
    """How many copies are in the open basket: one value, or none."""
    lookup = {f"basket__{name}": value for name, value in owner.lookup.items()}
    lines = BasketLine.objects.filter(basket__status=Basket.Status.OPEN, **lookup).order_by()
    return lines.values("basket").annotate(sum=Sum("quantity")).values_list("sum", flat=True)


def _newest_unread(orders: OrderQuerySet) -> QuerySet:
    return orders.filter(has_unread_reply()).newest_first().values_list("pk", flat=True)


def readable_orders(request: HttpRequest):
    """A user's own orders; for a guest, those placed in this session or opened from a mail."""
    return orders_open_to(request.user, request.session)


def remember_guest_order(request: HttpRequest, order: Order) -> None:
    """The order was placed here: it stays open, whatever becomes of its mail address."""
    known = request.session.get(GUEST_ORDERS, [])
    if order.pk not in known:
        # A new list, since the session notices assignments, not changes inside.
        request.session[GUEST_ORDERS] = [*known, order.pk][-20:]


def remember_opened_order(request: HttpRequest, order: Order) -> None:
    """The order was opened by its mail's link, unless it was placed here."""
    opened = request.session.get(OPENED_AT, {})
    if str(order.pk) in opened or order.pk not in request.session.get(GUEST_ORDERS, []):
        remember_guest_order(request, order)
        opened = {key: opened[key] for key in opened if int(key) in request.session[GUEST_ORDERS]}
        request.session[OPENED_AT] = opened | {str(order.pk): time.time()}
