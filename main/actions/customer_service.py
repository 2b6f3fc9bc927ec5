"""Who looks after a conversation: taking, handing over, closing and reopening it."""

from django.db import transaction
from django.utils import timezone

from main import events
from main.actions.conversations import open_conversation
from main.errors import ConversationRefused
from main.models import Conversation, Message, Role, User
from main.models.staff_roles import Right


@transaction.atomic
def take_conversation(*, order_id: int, user_id: int) -> Conversation:
    """Make this member of staff the assignee, whoever was before."""
    return _give(order_id=order_id, user_id=user_id)


@transaction.atomic
def hand_over_conversation(*, order_id: int, user_id: int) -> Conversation:
    """Give it to a colleague. Raises ConversationRefused unless they are customer service."""
    colleague = User.objects.filter(pk=user_id).first()
    if colleague is None or not colleague.has_right(Right.ANSWER_CUSTOMERS):
        raise ConversationRefused("That colleague does not work in customer service.")
    return _give(order_id=order_id, user_id=user_id)


@transaction.atomic
def close_conversation(*, order_id: int, seen: int) -> Conversation:
    """Close it, since nothing is left to do; it reopens when the customer writes again.

    `seen` is the last message seen by the member of staff who closes it. Raises ConversationRefused
    if the customer has written since, for nobody would read that.
    """
    conversation = open_conversation(order_id=order_id)
    if conversation.closed_at is None:
        if Message.objects.of(order_id).after(seen).filter(role=Role.CUSTOMER).exists():
            raise ConversationRefused(
                "The customer has written in the meantime. Please read it first."
            )
        conversation.closed_at = timezone.now()
        conversation.waiting_since = None
        _save(conversation)
    return conversation


@transaction.atomic
def reopen_conversation(*, order_id: int, user_id: int) -> Conversation:
    """Reopen it; the member of staff who does so becomes the assignee."""
    conversation = open_conversation(order_id=order_id)
    if conversation.closed_at is not None:
        conversation.closed_at = None
        conversation.assignee_id = user_id
        _save(conversation)
    return conversation


@transaction.atomic
def show_new_name(*, user_id: int) -> None:
    """Refresh the open conversations that show this assignee's name."""
    for conversation in Conversation.objects.locked().filter(assignee=user_id, closed_at=None):
        _save(conversation)


def _give(*, order_id: int, user_id: int) -> Conversation:
    conversation = open_conversation(order_id=order_id)
    if conversation.closed_at is not None:
        raise ConversationRefused("The conversation is closed. Reopen it first.")
    if conversation.assignee_id != user_id:
        conversation.assignee_id = user_id
        _save(conversation)
    return conversation


def _save(conversation: Conversation) -> None:
    conversation.changed_at = timezone.now()
    conversation.save()
    events.conversation_changed(order_id=conversation.pk)
