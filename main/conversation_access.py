"""Who may join the conversation about an order; checked on every request and by every socket."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from main.access import has_proved, may
from main.models import Order, Participant
from main.models.order_access import corrected_since
from main.models.participants import customer_of, staff
from main.models.staff_roles import Right

# Session key: the orders that a guest placed in it, or opened from the mail's link.
GUEST_ORDERS = "guest_orders"
# Session key: when it opened those of them that it did not place.
OPENED_AT = "guest_orders_opened_at"


@dataclass(frozen=True, slots=True)
class Asker:
    """The user who opens a socket, with the same attributes as a request."""

    user: Any
    session: Any
    auth: Any = None


def orders_open_to(user: Any, session: Mapping[str, Any]) -> QuerySet[Order]:
    """A user's own orders, and those that this session placed or opened as a guest.

    Not those whose mails have since been found to reach the wrong person, who may have opened them.
    """
    guests = Order.objects.filter(user=None, pk__in=session.get(GUEST_ORDERS, []))
    if opened := session.get(OPENED_AT):
        guests = guests.exclude(pk__in=corrected_since(opened))
    if not user.is_authenticated:
        return guests
    return Order.objects.visible_to(user) | guests


def participant_in(order_id: int, asker: Any) -> Participant | None:
    """The role of the asker (a request or an Asker) in this conversation; None: they may not join.

    The order's own customer joins as the customer, even if they work here.
    """
    session = asker.session or {}
    order = orders_open_to(asker.user, session).filter(pk=order_id).only("billing_name").first()
    if order:
        return customer_of(order, asker.user)
    if not may(asker.user, Right.ANSWER_CUSTOMERS) or not has_proved(asker):
        return None
    return staff(asker.user) if Order.objects.filter(pk=order_id).exists() else None


def person_of(participant: Participant, order_id: int) -> str:
    """The key for rate limits: one per user, or per guest's order, whichever door they use.

    Not per guest's browser: the mail's link opens the order in as many as one likes.
    """
    name = f"user {participant.user_id}" if participant.user_id else f"guest of {order_id}"
    # The salt stays: during a push the release before counts under the same keys.
    return salted_hmac("main.participants.person", name).hexdigest()[:32]
