"""Which replies of staff are to be mailed: unread for two minutes, and mailed once."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from main.models.conversations import Conversation, Message, ReadCursor
from main.models.participants import Role

MAIL_AFTER = timedelta(minutes=2)


class Due(NamedTuple):
    """Replies with after < seq <= upto are to be mailed now; look again at `again_at`."""

    after: int = 0
    upto: int = 0
    again_at: datetime | None = None


def claim(*, order_id: int) -> Due:
    """Decide, under the conversation's lock, and remember: nobody else mails these.

    Call it in the transaction that stores the mail.
    """
    conversation = Conversation.objects.locked().get(pk=order_id)
    cursor = ReadCursor.objects.filter(conversation=order_id, reader=None).first()
    after = max(conversation.mailed_upto, cursor.upto if cursor else 0)
    replies = Message.objects.of(order_id).after(after).filter(role=Role.STAFF)
    oldest = replies.first()
    due = Due()
    if oldest and oldest.at + MAIL_AFTER <= timezone.now():
        conversation.mailed_upto = conversation.head
        due = Due(after=after, upto=conversation.head)
    elif oldest:
        due = Due(again_at=oldest.at + MAIL_AFTER)
    conversation.mail_due_at = due.again_at
    conversation.save(update_fields=["mailed_upto", "mail_due_at"])
    return due
