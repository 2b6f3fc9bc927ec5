"""Refunds: promised when something is cancelled, recorded once they are paid."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from main import events
from main.actions.conversations import record_fact
from main.actions.invoices import issue_credit_note
from main.actions.ledger import enter_ledger, note_balance
from main.actions.payments import settle
from main.errors import PaymentRefused
from main.models import Invoice, Message, Order, Refund
from main.models.foreign_text import isolated
from main.models.order_lines import OrderItem
from main.wording import facts


def take_back(
    *,
    order: Order,
    items: Iterable[OrderItem],
    reason: str,
    recorded_by: int | None,
    at: datetime | None,
) -> dict[str, int | None]:
    """Credit what was billed for these items, and promise a refund of what is now overpaid.

    If the cancellation leaves nothing due on a part-paid new order, that order is paid. Returns
    the keys of the rows written, as events take them: `credit_note_id` and `refund_id`. The caller
    must have locked the order's row.
    """
    is_overpaid = order.balance.overpaid > 0
    note = issue_credit_note(order=order, items=items, reason=reason, is_refund=is_overpaid, at=at)
    refund = promise_refund(order, note=note, recorded_by=recorded_by, at=at)
    if order.payments.paid().exists():
        settle(order=order, at=at)
        note_balance(order=order)
    return {
        "credit_note_id": note.pk if note else None,
        "refund_id": refund.pk if refund else None,
    }


def promise_refund(
    order: Order, *, note: Invoice | None, recorded_by: int | None = None, at: datetime | None
) -> Refund | None:
    """A refund by the newest payment's way, told to the customer; None if nothing is overpaid.

    The caller must have locked the order's row.
    """
    amount = order.balance.overpaid
    if note:
        amount = min(amount, note.gross)
    if amount <= 0:
        return None
    newest = order.payments.paid().last()
    refund = Refund.objects.create(
        order=order,
        credit_note=note,
        amount=amount,
        currency=order.currency,
        way=newest.way if newest else order.payment_way,
        state=Refund.State.REQUESTED,
        recorded_by_id=recorded_by,
    )
    values = facts.refund(refund)
    record_fact(order_id=order.pk, fact=Message.Fact.REFUNDED, values=values, at=at)
    return refund


@transaction.atomic
def request_refund(
    *, order_id: int, recorded_by: int | None = None, at: datetime | None = None
) -> Refund:
    """Promise a refund of what was overpaid. Raises PaymentRefused if nothing was."""
    order = Order.objects.locked().get(pk=order_id)
    enter_ledger(order=order)
    refund = promise_refund(order, note=None, recorded_by=recorded_by, at=at)
    if refund is None:
        raise PaymentRefused(f"Nothing was overpaid for order {order.number}.")
    note_balance(order=order)
    return refund


@transaction.atomic
def record_refund(
    *, refund_id: int, at: datetime, reference: str = "", recorded_by: int | None = None
) -> Refund:
    """Record that it was paid at `at`; `reference` is the outside world's name for it.

    A refund already done stays as it is. Raises PaymentRefused and changes nothing if it failed or
    the reference is another refund's.
    """
    refund = _hold_refund(refund_id)
    if refund.state == Refund.State.DONE:
        return refund
    _check_open(refund)
    refund.state, refund.done_at, refund.reference = Refund.State.DONE, at, reference
    refund.recorded_by_id = recorded_by
    _save_done(refund)
    values = facts.amount(refund)
    record_fact(order_id=refund.order_id, fact=Message.Fact.PAID_BACK, values=values)
    events.refund_paid(order_id=refund.order_id, refund_id=refund.pk)
    return refund


@transaction.atomic
def fail_refund(*, refund_id: int, recorded_by: int | None = None) -> Refund:
    """It could not be paid: the order is overpaid again. Raises PaymentRefused if it was paid."""
    refund = _hold_refund(refund_id)
    if refund.state == Refund.State.DONE:
        raise PaymentRefused("This refund has already been paid, so it cannot fail.")
    if refund.state == Refund.State.REQUESTED:
        refund.state, refund.recorded_by_id = Refund.State.FAILED, recorded_by
        refund.save()
        note_balance(order=refund.order)
    return refund


def _hold_refund(refund_id: int) -> Refund:
    """With the order's row locked, as by everyone who writes its ledger."""
    order_id = Refund.objects.values_list("order", flat=True).get(pk=refund_id)
    order = Order.objects.locked().get(pk=order_id)
    refund = Refund.objects.get(pk=refund_id)
    refund.order = order
    return refund


def _save_done(refund: Refund) -> None:
    same = Refund.objects.filter(way=refund.way, reference=refund.reference)
    if refund.reference and same.exclude(pk=refund.pk).exists():
        raise PaymentRefused(f"“{isolated(refund.reference)}” is the reference of another refund.")
    try:
        with transaction.atomic():
            refund.save()
    except IntegrityError as error:  # another refund took it at the same moment
        raise PaymentRefused(
            f"“{isolated(refund.reference)}” has been recorded in the meantime."
        ) from error


def _check_open(refund: Refund) -> None:
    if refund.state == Refund.State.FAILED:
        raise PaymentRefused("This refund failed. Ask for a new one.")
