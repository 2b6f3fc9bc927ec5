"""The names under which release 0.1.0 stored its tasks. The next release drops this file."""

from typing import Any

from django_tasks.base import Task

from main import emails
from main.actions.pictures import render_picture
from main.actions.unread_replies import mail_unread_replies
from main.queue.retries import retried


def _mail(name: str, event: str) -> Task:
    def send(**ids: Any) -> None:
        emails.send(event, **ids)

    send.__name__ = send.__qualname__ = name
    return retried(send)


send_order_placed_email = _mail("send_order_placed_email", "order_placed")
send_order_paid_email = _mail("send_order_paid_email", "order_paid")
send_order_lines_sent_email = _mail("send_order_lines_sent_email", "order_lines_sent")
send_payment_revoked_email = _mail("send_payment_revoked_email", "payment_revoked")
send_order_lines_cancelled_email = _mail(
    "send_order_lines_cancelled_email", "order_lines_cancelled"
)
send_order_cancelled_email = _mail("send_order_cancelled_email", "order_cancelled")
send_contact_email = _mail("send_contact_email", "contact_requested")
send_account_email = _mail("send_account_email", "account_mail_written")
send_replies_unread_email = _mail("send_replies_unread_email", "replies_unread")


@retried
def look_for_unread_replies(*, order_id: int) -> None:
    mail_unread_replies(order_id=order_id)


@retried
def render_pictures(**files: Any) -> None:
    render_picture(**files)
