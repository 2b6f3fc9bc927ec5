"""What happened in the shop, and the full list of who is told. Called inside the transaction."""

from main import tasks


def order_placed(*, order_id: int) -> None:
    tasks.enqueue(tasks.send_order_placed_email, order_id=order_id)


def order_paid(*, order_id: int) -> None:
    tasks.enqueue(tasks.send_order_paid_email, order_id=order_id)


def payment_revoked(*, order_id: int, credit_note_id: int | None) -> None:
    tasks.enqueue(
        tasks.send_payment_revoked_email, order_id=order_id, credit_note_id=credit_note_id
    )


def order_lines_sent(*, order_id: int, line_ids: list[int]) -> None:
    tasks.enqueue(tasks.send_order_lines_sent_email, order_id=order_id, line_ids=line_ids)


def order_lines_cancelled(
    *, order_id: int, line_ids: list[int], credit_note_id: int | None
) -> None:
    tasks.enqueue(
        tasks.send_order_lines_cancelled_email,
        order_id=order_id,
        line_ids=line_ids,
        credit_note_id=credit_note_id,
    )


def order_cancelled(*, order_id: int, credit_note_id: int | None) -> None:
    tasks.enqueue(
        tasks.send_order_cancelled_email, order_id=order_id, credit_note_id=credit_note_id
    )


def contact_requested(*, name: str, email: str, message: str) -> None:
    tasks.enqueue(tasks.send_contact_email, name=name, email=email, message=message)


def account_mail_written(*, email: str, subject: str, text: str) -> None:
    tasks.enqueue(tasks.send_account_email, email=email, subject=subject, text=text)
