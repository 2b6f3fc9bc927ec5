"""Jobs about conversations."""

from main.actions.unread_replies import mail_unread_replies
from main.queue import job


@job
def look_for_unread_replies(*, order_id: int) -> None:
    mail_unread_replies(order_id=order_id)
