"""Who takes part in the conversation about an order: a request or a socket, asked each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from main.access import has_proved, is_employee
from main.models import Order, Participant, Role

GUEST_ORDERS = "guest_orders"  # in the session: those placed in it, or opened by the mail's link
_STAFF_NAME = "Customer service"


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


def customer_of(order: Order, user: Any) -> Participant:
    return Participant(role=Role.CUSTOMER, user_id=user.pk, name=order.billing_name)


def staff(user: Any) -> Participant:
    """As the customer knows them: by their name, never by their e-mail address."""
    name = user.get_full_name() or _STAFF_NAME
    return Participant(role=Role.STAFF, user_id=user.pk, name=name)
