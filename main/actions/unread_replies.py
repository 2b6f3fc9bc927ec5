"""Replies that a customer leaves unread for two minutes are mailed, once."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from main import events
from main.models import Conversation, Message, ReadCursor, Role

MAIL_AFTER = timedelta(minutes=2)


def look_later(conversation: Conversation, reply: Message) -> None:
    """Check in two minutes whether `reply` was read. The caller locks and saves the conversation.

    One check at a time is enough: it finds everything written meanwhile.
    """
    if conversation.mail_due_at and conversation.mail_due_at > reply.at:
        return
    conversation.mail_due_at = reply.at + MAIL_AFTER
    events.reply_written(order_id=conversation.pk, look_at=conversation.mail_due_at)


@transaction.atomic
def mail_unread_replies(*, order_id: int) -> None:
    """Mail what has been unread long enough, or check again when it will have been.

    Decides and records under the conversation's lock, so that nothing is mailed twice.
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
