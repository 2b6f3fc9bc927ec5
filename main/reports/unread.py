"""Whether an order has a reply of ours that its customer has not read."""

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from main.models import Message, ReadCursor, Role


def has_unread_reply() -> Exists:
    """For a query of orders."""
    cursor = ReadCursor.objects.filter(conversation=OuterRef(OuterRef("pk")), reader=None)
    read_upto = Coalesce(Subquery(cursor.values("upto")), 0)
    replies = Message.objects.filter(conversation=OuterRef("pk"), role=Role.STAFF)
    return Exists(replies.filter(seq__gt=read_upto))
