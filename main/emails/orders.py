"""The e-mails about an order and its money."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from main.emails.letters import Letter, mail
from main.gateways.payments import instructions, payment_way
from main.models import Invoice, Order, OrderLine, Refund
from main.models.order_access import make_access_token
from main.wording.orders import greeting


@mail
def order_placed(*, order_id: int) -> Letter:
    """Thank the customer, say how to pay, and link to the order."""
    order = read_order(order_id)
    charges = [*order.lines.all(), *order.charges.all()]
    return about(order, lines=charges, vat_lines=order.vat_lines)


@mail
def order_paid(*, order_id: int) -> Letter | None:
    """Say that the payment arrived and that there is an invoice; None if there was none to come."""
    order = read_order(order_id)
    if not (order.balance.paid or order.charged):
        return None
    return about(order, invoice=order.invoices.invoices().newest_first().first())


@mail
def payment_revoked(*, order_id: int, credit_note_id: int | None) -> Letter:
    """Correct the earlier mail: the payment has not arrived yet."""
    order = read_order(order_id)
    return about(order, credit_note=_credit_note(order, credit_note_id))


@mail
def order_lines_sent(*, order_id: int, line_ids: list[int]) -> Letter:
    """Say what is on its way, and what is to follow."""
    order = read_order(order_id)
    waiting = {OrderLine.Status.NEW, OrderLine.Status.PROCESSING}
    to_follow = [line for line in order.lines.all() if line.status in waiting]
    return about(order, lines=_among(order, line_ids), to_follow=to_follow)


@mail
def order_lines_cancelled(
    *,
    order_id: int,
    line_ids: list[int],
    charge_ids: list[int] | None = None,
    credit_note_id: int | None,
    refund_id: int | None = None,
) -> Letter:
    """Say what will not be sent, or came back, and whether money is refunded."""
    order = read_order(order_id)
    charges = [charge for charge in order.charges.all() if charge.pk in (charge_ids or [])]
    back = _going_back(order, credit_note_id, refund_id)
    return about(order, lines=[*_among(order, line_ids), *charges], **back)


@mail
def order_cancelled(
    *, order_id: int, credit_note_id: int | None, refund_id: int | None = None
) -> Letter:
    """Say that nothing will be sent, and whether the money is refunded."""
    order = read_order(order_id)
    return about(order, **_going_back(order, credit_note_id, refund_id))


@mail
def order_email_corrected(*, order_id: int) -> Letter:
    """Say that we write to this address now, and link to the order: a guest has no other way."""
    return about(read_order(order_id))


def read_order(order_id: int) -> Order:
    return Order.objects.with_ledger().prefetch_related("lines", "charges").get(pk=order_id)


def about(order: Order, **context: Any) -> Letter:
    """A letter to the order's customer, with a link to it, and how to pay if it is unpaid."""
    common = {
        "order": order,
        "greeting": greeting(order),
        "payment": instructions(order),
        "order_url": settings.SITE_URL + path_to(order),
        "site_url": settings.SITE_URL,
    }
    return Letter(
        to=order.email, reply_to=settings.CUSTOMER_SERVICE_EMAIL, context=common | context
    )


def path_to(order: Order, *, page: str = "order_detail") -> str:
    """The page's path; for guests, who cannot sign in, a signed link that opens the order."""
    if order.user_id:
        return reverse(page, kwargs={"order_id": order.pk})
    return reverse("order_open", kwargs={"token": make_access_token(order.pk)})


def _among(order: Order, line_ids: list[int]) -> list[OrderLine]:
    return [line for line in order.lines.all() if line.pk in line_ids]


def _credit_note(order: Order, credit_note_id: int | None) -> Invoice | None:
    """The note written with the event. Not the newest: that may be about something else."""
    return order.invoices.filter(pk=credit_note_id).first() if credit_note_id else None


def _going_back(order: Order, credit_note_id: int | None, refund_id: int | None) -> dict[str, Any]:
    """The credit note, what is refunded, and how.

    Jobs that the previous release queued have no refund: there the note gives the amount.
    """
    note = _credit_note(order, credit_note_id)
    if refund_id:
        return {"credit_note": note} | refund_context(order.refunds.get(pk=refund_id))
    if note and note.is_refund:
        back = Refund(amount=note.gross, currency=note.currency, way=order.payment_way)
        return {"credit_note": note} | refund_context(back)
    return {"credit_note": note}


def refund_context(refund: Refund) -> dict[str, Any]:
    """A refund, and where it goes."""
    way = payment_way(refund.way)
    return {"refund": refund, "goes_back": way.goes_back if way else "the way it came"}
