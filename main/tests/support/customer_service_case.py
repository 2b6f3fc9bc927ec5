"""What the tests of customer service share: orders, and what was said about them."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from main.actions.conversations import post_message
from main.actions.customer_service import close_conversation
from main.models import Conversation, Message, Order, Participant, Role, User
from main.models.participants import staff
from main.tests.support.factories import OrderFactory

CUSTOMER = Participant(role=Role.CUSTOMER, user_id=None, name="Ada Reader")


def ask(order: Order, text: str = "Where is it?", *, minutes_ago: float = 0) -> Message:
    """The customer says it; in tests that say when, that long ago."""
    message = post_message(order_id=order.pk, cid=uuid4(), text=text, author=CUSTOMER).message
    if minutes_ago:
        at = timezone.now() - timedelta(minutes=minutes_ago)
        Conversation.objects.filter(pk=order.pk).update(waiting_since=at)
    return message


def answer(order: Order, by: User, text: str = "On its way.") -> Message:
    return post_message(order_id=order.pk, cid=uuid4(), text=text, author=staff(by)).message


def close(order: Order) -> None:
    """By somebody who has seen all of it."""
    close_conversation(order_id=order.pk, seen=Conversation.objects.get(pk=order.pk).head)


def order_to_send(*, hours: float, **fields) -> Order:
    """Paid, and to be on its way so many hours from now."""
    dispatch_by = timezone.now() + timedelta(hours=hours)
    return OrderFactory(status=Order.Status.PAID, dispatch_by=dispatch_by, **fields)
