"""What happens in the shop, and all that is notified of it. Call these inside the transaction."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from main import broadcasts
from main.queue import put_off, put_off_until


def order_placed(*, order_id: int) -> None:
    _mail("order_placed", order_id=order_id)


def order_paid(*, order_id: int) -> None:
    _mail("order_paid", order_id=order_id)


def order_part_paid(*, order_id: int, payment_id: int) -> None:
    _mail("order_part_paid", order_id=order_id, payment_id=payment_id)


def order_overpaid(*, order_id: int, payment_id: int) -> None:
    _mail("order_overpaid", order_id=order_id, payment_id=payment_id)


def refund_paid(*, order_id: int, refund_id: int) -> None:
    _mail("refund_paid", order_id=order_id, refund_id=refund_id)


def refund_changed(*, order_id: int, payment_id: int, refund_id: int | None) -> None:
    _mail("refund_changed", order_id=order_id, payment_id=payment_id, refund_id=refund_id)


def payment_revoked(*, order_id: int, credit_note_id: int | None) -> None:
    _mail("payment_revoked", order_id=order_id, credit_note_id=credit_note_id)


def order_lines_sent(*, order_id: int, line_ids: list[int]) -> None:
    _mail("order_lines_sent", order_id=order_id, line_ids=line_ids)


def order_lines_cancelled(
    *,
    order_id: int,
    line_ids: list[int],
    charge_ids: list[int],
    credit_note_id: int | None,
    refund_id: int | None,
) -> None:
    _mail(
        "order_lines_cancelled",
        order_id=order_id,
        line_ids=line_ids,
        charge_ids=charge_ids,
        credit_note_id=credit_note_id,
        refund_id=refund_id,
    )


def order_cancelled(*, order_id: int, credit_note_id: int | None, refund_id: int | None) -> None:
    _mail("order_cancelled", order_id=order_id, credit_note_id=credit_note_id, refund_id=refund_id)


def order_email_corrected(*, order_id: int) -> None:
    _mail("order_email_corrected", order_id=order_id)
    _after_commit(broadcasts.send_guests_changed, order_id=order_id)


def contact_requested(*, name: str, email: str, message: str) -> None:
    _mail("contact_requested", name=name, email=email, message=message)


def account_mail_written(*, email: str, subject: str, text: str) -> None:
    _mail("account_mail_written", email=email, subject=subject, text=text)


def message_posted(*, order_id: int, seq: int) -> None:
    _after_commit(broadcasts.send_conversation_head, order_id=order_id, seq=seq)
    _after_commit(broadcasts.send_customer_service_changed, order_id=order_id)


def messages_read(*, order_id: int, who: str, upto: int) -> None:
    _after_commit(broadcasts.send_read, order_id=order_id, who=who, upto=upto)
    _after_commit(broadcasts.send_customer_service_changed, order_id=order_id)


def conversation_changed(*, order_id: int) -> None:
    _after_commit(broadcasts.send_conversation_changed, order_id=order_id)
    _after_commit(broadcasts.send_customer_service_changed, order_id=order_id)


def customer_service_changed(*, order_id: int) -> None:
    _after_commit(broadcasts.send_customer_service_changed, order_id=order_id)


def reply_written(*, order_id: int, look_at: datetime) -> None:
    put_off_until(look_at, "look_for_unread_replies", order_id=order_id)


def replies_left_unread(*, order_id: int, after: int, upto: int) -> None:
    _mail("replies_unread", order_id=order_id, after=after, upto=upto)


def picture_changed(**files: Any) -> None:
    """django-pictures calls this too, by the setting PICTURES, when a picture is saved."""
    put_off("render_pictures", **files)


def session_ended(*, digest: str) -> None:
    _after_commit(broadcasts.send_session_ended, digest=digest)


def rights_changed(*, user_id: int) -> None:
    """Of a user, or what proves who they are: a password, a token, a second factor."""
    _after_commit(broadcasts.send_rights_changed, user_id=user_id)


def _mail(event: str, **ids: Any) -> None:
    put_off("send_mail", event=event, **ids)


def _after_commit(push: Callable[..., None], **arguments: Any) -> None:
    transaction.on_commit(partial(push, **arguments))
