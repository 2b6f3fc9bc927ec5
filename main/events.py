"""What happened in the shop, and the full list of who is told. Called inside the transaction."""

from main import tasks


def order_placed(*, order_id: int) -> None:
    tasks.enqueue(tasks.send_order_placed_email, order_id=order_id)


def contact_requested(*, name: str, email: str, message: str) -> None:
    tasks.enqueue(tasks.send_contact_email, name=name, email=email, message=message)


def account_mail_written(*, email: str, subject: str, text: str) -> None:
    tasks.enqueue(tasks.send_account_email, email=email, subject=subject, text=text)
