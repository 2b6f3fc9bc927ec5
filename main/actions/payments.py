"""Money that came for an order, and what follows: it is paid and billed, or partly paid."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from main import events
from main.actions.conversations import record_fact
from main.actions.invoices import issue_credit_note, issue_invoice
from main.actions.ledger import enter_ledger
from main.actions.order_items import set_status
from main.errors import MoveRefused, PaymentRefused
from main.gateways.payments import Receipt
from main.models import Message, Order, OrderLine, Payment, Refund
from main.models.opening_hours import close_after
from main.models.order_moves import check_order_move
from main.wording.money import money


@transaction.atomic
def record_payment(*, order_id: int, receipt: Receipt, recorded_by: int | None = None) -> Payment:
    """Money came. Once nothing is due, a new order is paid, and billed in the same breath.

    A receipt that comes again (the same way and reference for the same order) changes nothing:
    the payment that it made is returned. Raises PaymentRefused, and nothing changes, when the
    amount is none or of another currency, or the reference belongs to another order.
    """
    order = Order.objects.locked().get(pk=order_id)
    _check_receipt(order, receipt)
    if known := _known(order, receipt):
        return known
    enter_ledger(order=order)
    payment = _write(order, receipt, recorded_by=recorded_by)
    settle(order=order)
    return payment


@transaction.atomic
def mark_order_paid(
    *, order_id: int, at: datetime | None = None, recorded_by: int | None = None
) -> Order:
    """What is due came, by the way that was agreed: the order is paid and billed.

    `at` is the payment's and the invoice's time, now unless told. Raises MoveRefused, and nothing
    changes, unless the order is new.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.PAID)
    due = order.due
    if due > 0:
        Payment.objects.create(
            order=order,
            amount=due,
            currency=order.currency,
            way=order.payment_way,
            state=Payment.State.PAID,
            paid_at=at or timezone.now(),
            recorded_by_id=recorded_by,
        )
    _become_paid(order, at=at)
    return order


def settle(*, order: Order, at: datetime | None = None) -> None:
    """Pay a new order whose ledger leaves nothing due; tell how much is missing of another.

    The order's row must be held by the caller.
    """
    if order.status != Order.Status.NEW:
        return
    balance = order.balance
    if balance.due <= 0:
        _become_paid(order, at=at)
    elif balance.is_part_paid:
        newest = order.payments.paid().last()
        values = {
            "amount": str(newest.amount if newest else balance.paid),
            "due": str(balance.due),
            "currency": order.currency,
        }
        record_fact(order_id=order.pk, fact=Message.Fact.PART_PAID, values=values, at=at)


@transaction.atomic
def revoke_payment(*, order_id: int, at: datetime | None = None) -> Order:
    """It was marked paid by mistake: the order is new again, a credit note undoes its invoice.

    What was being packed waits again. `at` is the note's time, now unless told. Raises MoveRefused,
    and nothing changes, unless the order is paid, no line was sent and nothing was paid back.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.NEW)
    if order.lines.filter(status=OrderLine.Status.SENT).exists():
        raise MoveRefused(f"A part of order {order.number} was sent: refund it instead.")
    enter_ledger(order=order)
    if order.refunds.filter(state=Refund.State.DONE, is_before_ledger=False).exists():
        raise MoveRefused(f"Money of order {order.number} was paid back: it did arrive.")
    order.payments.paid().update(state=Payment.State.FAILED)
    order.refunds.update(state=Refund.State.FAILED)  # what never came does not go back
    return _become_unpaid(order, at=at)


def _check_receipt(order: Order, receipt: Receipt) -> None:
    if receipt.amount <= 0:
        raise PaymentRefused("A payment is more than nothing.")
    if receipt.currency != order.currency:
        raise PaymentRefused(
            f"Order {order.number} is in {order.currency}, the payment in {receipt.currency}."
        )


def _known(order: Order, receipt: Receipt) -> Payment | None:
    """The payment that this receipt made before."""
    if not receipt.reference:
        return None
    known = Payment.objects.filter(way=receipt.way, reference=receipt.reference).first()
    if known and known.order_id != order.pk:
        raise PaymentRefused(
            f"“{receipt.reference}” is the reference of a payment for order {known.order.number}."
        )
    if known and known.amount != receipt.amount:
        raise PaymentRefused(
            f"“{receipt.reference}” was recorded with {money(known.amount, known.currency)}."
        )
    return known


def _write(order: Order, receipt: Receipt, *, recorded_by: int | None) -> Payment:
    try:
        with transaction.atomic():
            return Payment.objects.create(
                order=order,
                amount=receipt.amount,
                currency=receipt.currency,
                way=receipt.way,
                reference=receipt.reference,
                state=Payment.State.PAID,
                paid_at=receipt.at,
                recorded_by_id=recorded_by,
            )
    except IntegrityError as error:  # recorded for another order at this very moment
        raise PaymentRefused(f"“{receipt.reference}” was recorded meanwhile.") from error


def _become_paid(order: Order, *, at: datetime | None) -> None:
    order.status = Order.Status.PAID
    order.dispatch_by = close_after(at or timezone.now(), days=settings.DISPATCH_DAYS)
    order.save(update_fields=["status", "dispatch_by", "updated_at"])
    invoice = issue_invoice(order=order, at=at)
    values = {"invoice": invoice.number}
    record_fact(order_id=order.pk, fact=Message.Fact.PAID, values=values, at=at)
    events.order_paid(order_id=order.pk)


def _become_unpaid(order: Order, *, at: datetime | None) -> Order:
    lines, charges = list(order.lines.all()), list(order.charges.all())
    order.status, order.dispatch_by = Order.Status.NEW, None
    order.save(update_fields=["status", "dispatch_by", "updated_at"])
    packed = [line for line in lines if line.status == line.Status.PROCESSING]
    set_status(packed, OrderLine.Status.NEW, reason="Not paid after all")
    note = issue_credit_note(
        order=order,
        items=[*lines, *charges],
        reason="Marked paid by mistake",
        is_refund=False,
        at=at,
    )
    record_fact(order_id=order.pk, fact=Message.Fact.UNPAID, at=at)
    events.payment_revoked(order_id=order.pk, credit_note_id=note.pk if note else None)
    return order
