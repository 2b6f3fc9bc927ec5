"""Every e-mail that the shop sends, a function each."""

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from main.models import Order
from main.models.order_access import make_access_token


def send_order_placed_email(*, order_id: int) -> None:
    """Thank for the order, say how to pay, and link to it."""
    order = Order.objects.prefetch_related("lines").get(pk=order_id)
    context = {
        "order": order,
        "lines": order.lines.all(),
        "vat_lines": order.vat_lines,
        "transfer": settings.TRANSFER | {"reference": order.number},
        "order_url": settings.SITE_URL + _path_to(order),
        "site_url": settings.SITE_URL,
    }
    _send("order_placed", to=order.email, context=context)


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


def _path_to(order: Order) -> str:
    """A guest has no account to sign in to: a signed link opens the order."""
    if order.user_id:
        return order.get_absolute_url()
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
