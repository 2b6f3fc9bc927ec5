"""Who takes part in the conversation about an order: a request or a socket, asked each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from main.access import has_proved, is_employee
from main.models import Order, Participant
from main.models.participants import customer_of, staff

GUEST_ORDERS = "guest_orders"  # in the session: those placed in it, or opened by the mail's link


@dataclass(frozen=True, slots=True)
class Asker:
    """What is known of whoever opens a socket, named as in a request."""

    user: Any
    session: Any
    auth: Any = None


def orders_open_to(user: Any, session: Mapping[str, Any]) -> QuerySet[Order]:
    """One's own orders; for a guest those placed in this session or opened from the mail."""
    guests = Order.objects.filter(user=None, pk__in=session.get(GUEST_ORDERS, []))
    if not user.is_authenticated:
        return guests
    return Order.objects.visible_to(user) | guests


def participant_in(order_id: int, asker: Any) -> Participant | None:
    """Who the asker (a request, or an Asker) is in this conversation; None: they may not join.

    The order's own customer is that and nothing else, even when they work here.
    """
    session = asker.session or {}
    order = orders_open_to(asker.user, session).filter(pk=order_id).only("billing_name").first()
    if order:
        return customer_of(order, asker.user)
    if not is_employee(asker.user) or not has_proved(asker):
        return None
    return staff(asker.user) if Order.objects.filter(pk=order_id).exists() else None


def person_of(participant: Participant, session_key: str) -> str:
    """Whose rates these are: the same by all doors for a user, or for a guest's browser."""
    name = f"user {participant.user_id}" if participant.user_id else session_key
    return salted_hmac("main.participants.person", name).hexdigest()[:32]
