"""Replies of staff that the customer leaves unread: mailed after two minutes, and once."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from main import events
from main.models import Conversation, Message, ReadCursor, Role

MAIL_AFTER = timedelta(minutes=2)


def look_later(conversation: Conversation, reply: Message) -> None:
    """Have it looked whether `reply` was read. The caller holds the conversation, and saves it.

    One look at a time is under way: it finds whatever was written meanwhile.
    """
    if conversation.mail_due_at and conversation.mail_due_at > reply.at:
        return
    conversation.mail_due_at = reply.at + MAIL_AFTER
    events.reply_written(order_id=conversation.pk, look_at=conversation.mail_due_at)


@transaction.atomic
def mail_unread_replies(*, order_id: int) -> None:
    """Have mailed what is unread for long enough, or look again when it will be.

    It is decided and remembered under the conversation's lock: nobody else mails the same.
    """
    conversation = Conversation.objects.locked().get(pk=order_id)
    cursor = ReadCursor.objects.filter(conversation=order_id, reader=None).first()
    after = max(conversation.mailed_upto, cursor.upto if cursor else 0)
    oldest = Message.objects.of(order_id).after(after).filter(role=Role.STAFF).first()
    conversation.mail_due_at = None
    if oldest and oldest.at + MAIL_AFTER <= timezone.now():
        conversation.mailed_upto = conversation.head
        events.replies_left_unread(order_id=order_id, after=after, upto=conversation.head)
    elif oldest:
        look_later(conversation, oldest)
    conversation.save(update_fields=["mailed_upto", "mail_due_at"])
