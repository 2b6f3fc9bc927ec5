"""The e-mail about unread replies in an order's conversation."""

from django.conf import settings

from main.emails.letters import Letter, mail
from main.emails.orders import about, path_to, read_order
from main.models import Message, ReadCursor, Role


@mail
def replies_unread(*, order_id: int, after: int, upto: int) -> Letter | None:
    """What staff wrote with after < seq <= upto and the customer has not read meanwhile."""
    cursor = ReadCursor.objects.filter(conversation=order_id, reader=None).first()
    unread = Message.objects.of(order_id).after(max(after, cursor.upto if cursor else 0))
    replies = list(unread.filter(seq__lte=upto, role=Role.STAFF))
    if not replies:
        return None
    order = read_order(order_id)
    url = f"{settings.SITE_URL}{path_to(order, page='order_conversation')}#conversation"
    return about(order, replies=replies, order_url=url)
