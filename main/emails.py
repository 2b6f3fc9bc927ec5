"""Every e-mail that the shop sends, a function each."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from main.models import Invoice, Message, Order, OrderLine, ReadCursor, Role
from main.models.order_access import make_access_token


def send_order_placed_email(*, order_id: int) -> None:
    """Thank for the order, say how to pay, and link to it."""
    order = _read(order_id)
    _send_about("order_placed", order, lines=order.lines.all(), vat_lines=order.vat_lines)


def send_order_paid_email(*, order_id: int) -> None:
    """Say that the transfer came and that there is an invoice."""
    order = _read(order_id)
    _send_about("order_paid", order, invoice=order.invoices.invoices().newest_first().first())


def send_payment_revoked_email(*, order_id: int, credit_note_id: int | None) -> None:
    """Take back what the mail before said: the payment is still to come."""
    order = _read(order_id)
    _send_about("payment_revoked", order, credit_note=_credit_note(order, credit_note_id))


def send_order_lines_sent_email(*, order_id: int, line_ids: list[int]) -> None:
    """Say what is on its way, and what is to follow."""
    order = _read(order_id)
    waiting = {OrderLine.Status.NEW, OrderLine.Status.PROCESSING}
    to_follow = [line for line in order.lines.all() if line.status in waiting]
    _send_about("order_lines_sent", order, lines=_among(order, line_ids), to_follow=to_follow)


def send_order_lines_cancelled_email(
    *, order_id: int, line_ids: list[int], credit_note_id: int | None
) -> None:
    """Say what will not come, or came back, and whether money does."""
    order = _read(order_id)
    note = _credit_note(order, credit_note_id)
    lines = _among(order, line_ids)
    _send_about("order_lines_cancelled", order, lines=lines, credit_note=note)


def send_order_cancelled_email(*, order_id: int, credit_note_id: int | None) -> None:
    """Say that nothing will come, and whether the money comes back."""
    order = _read(order_id)
    _send_about("order_cancelled", order, credit_note=_credit_note(order, credit_note_id))


def send_replies_unread_email(*, order_id: int, after: int, upto: int) -> None:
    """What staff wrote with after < seq <= upto, as far as it has not been read meanwhile."""
    cursor = ReadCursor.objects.filter(conversation=order_id, reader=None).first()
    unread = Message.objects.of(order_id).after(max(after, cursor.upto if cursor else 0))
    replies = list(unread.filter(seq__lte=upto, role=Role.STAFF))
    if replies:
        order = _read(order_id)
        url = f"{settings.SITE_URL}{_path_to(order, page='order_conversation')}#conversation"
        _send_about("replies_unread", order, replies=replies, order_url=url)


def send_contact_email(*, name: str, email: str, message: str) -> None:
    """Pass a visitor's message on to customer service, who can simply answer it."""
    EmailMessage(
        subject=f"{settings.EMAIL_SUBJECT_PREFIX}Message from {name}",
        body=f"From: {name} <{email}>\n\n{message}\n",
        to=[settings.CUSTOMER_SERVICE_EMAIL],
        reply_to=[email],
    ).send()


def send_account_email(*, email: str, subject: str, text: str) -> None:
    """One of allauth's texts about an account (templates/account/email/), plain and as HTML."""
    context = {"subject": subject, "text": text, "site_url": settings.SITE_URL}
    mail = EmailMultiAlternatives(subject=subject, body=text, to=[email])
    mail.attach_alternative(render_to_string("emails/account/body.html", context), "text/html")
    mail.send()


def _read(order_id: int) -> Order:
    return Order.objects.prefetch_related("lines").get(pk=order_id)


def _among(order: Order, line_ids: list[int]) -> list[OrderLine]:
    return [line for line in order.lines.all() if line.pk in line_ids]


def _credit_note(order: Order, credit_note_id: int | None) -> Invoice | None:
    """The note that the event wrote. Not just the newest: that may be about something else."""
    return order.invoices.filter(pk=credit_note_id).first() if credit_note_id else None


def _send_about(event: str, order: Order, **context: Any) -> None:
    """Mail an order's customer, with the way to the order, and how to pay what is to be paid."""
    is_due = order.status == Order.Status.NEW
    common = {
        "order": order,
        "transfer": settings.TRANSFER | {"reference": order.number} if is_due else None,
        "order_url": settings.SITE_URL + _path_to(order),
        "site_url": settings.SITE_URL,
    }
    _send(event, to=order.email, context=common | context)


def _path_to(order: Order, *, page: str = "order_detail") -> str:
    """A guest has no account to sign in to: a signed link opens the order."""
    if order.user_id:
        return reverse(page, kwargs={"order_id": order.pk})
    return reverse("order_open", kwargs={"token": make_access_token(order.pk)})


def _send(event: str, *, to: str, context: dict) -> None:
    subject = render_to_string(f"emails/{event}/subject.txt", context).strip()
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"emails/{event}/body.txt", context),
        to=[to],
        reply_to=[settings.CUSTOMER_SERVICE_EMAIL],
    )
    mail.attach_alternative(render_to_string(f"emails/{event}/body.html", context), "text/html")
    mail.send()
