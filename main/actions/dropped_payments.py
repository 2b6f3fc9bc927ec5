"""Money that did not arrive after all: expected in vain, or recorded by mistake."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from main import events
from main.actions.conversations import record_fact
from main.actions.invoices import issue_credit_note
from main.actions.ledger import enter_ledger, note_balance
from main.actions.order_items import set_status
from main.actions.refunds import promise_refund
from main.errors import MoveRefused
from main.models import Message, Order, OrderLine, Payment, Refund
from main.models.history import update_one
from main.models.order_moves import check_order_move
from main.wording import documents, facts
from main.wording.payments import not_arrived


@transaction.atomic
def revoke_payment(*, order_id: int, at: datetime | None = None) -> Order:
    """Undo marking an order paid by mistake: it is new again, and a credit note undoes its invoice.

    Lines that were being packed are new again. `at`, the note's time, defaults to now. Raises
    MoveRefused and changes nothing unless the order is paid, no line was sent and nothing was paid
    back.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.NEW)
    enter_ledger(order=order)
    _drop(order, list(order.payments.paid()))
    _become_unpaid(order, at=at)
    note_balance(order=order)
    return order


@transaction.atomic
def drop_payment(
    *,
    payment_id: int,
    state: Payment.State = Payment.State.FAILED,
    recorded_by: int | None = None,
    at: datetime | None = None,
) -> Payment:
    """Drop a payment that did not arrive: it was expected, or recorded by mistake.

    An order that is no longer fully paid without it becomes new again, or is refused, as by
    revoke_payment. If it is still overpaid, what was promised from this payment is promised anew,
    as far as it is covered, by `recorded_by`. The payment keeps the name of whoever recorded it;
    the order's history has who dropped it. One that was already dropped stays as it is.
    """
    order_id = Payment.objects.values_list("order", flat=True).get(pk=payment_id)
    order = Order.objects.locked().get(pk=order_id)
    payment = Payment.objects.get(pk=payment_id)
    had_come = payment.state == Payment.State.PAID
    if had_come or payment.state == Payment.State.PENDING:
        had_promise = _drop(order, [payment], state=state)
        update_one(order, fields=["status"], reason=not_arrived(payment))
        if had_come:
            _follow(order, payment, at=at)
            if had_promise and order.status != Order.Status.NEW:
                _promise_anew(order, payment, recorded_by=recorded_by, at=at)
            note_balance(order=order)
    return payment


def _drop(
    order: Order,
    payments: Sequence[Payment],
    *,
    state: Payment.State = Payment.State.FAILED,
) -> bool:
    """Drop refunds promised from it as well: money that never arrived is not paid back.

    Returns whether any were.
    """
    for payment in payments:
        payment.state = state
        payment.save(update_fields=["state", "updated_at"])
    if order.due <= 0:
        return False
    promised = Q(state=Refund.State.REQUESTED) | Q(is_before_ledger=True)
    failed = order.refunds.filter(promised).exclude(state=Refund.State.FAILED)
    return bool(failed.update(state=Refund.State.FAILED, updated_at=timezone.now()))


def _follow(order: Order, payment: Payment, *, at: datetime | None) -> None:
    is_owed = order.due > 0
    if is_owed and order.status in (Order.Status.PAID, Order.Status.DONE):
        _become_unpaid(order, at=at)
    else:
        values = facts.amount(payment)
        record_fact(order_id=order.pk, fact=Message.Fact.UNPAID, values=values, at=at)
        if is_owed and order.status == Order.Status.NEW:
            events.payment_revoked(order_id=order.pk, credit_note_id=None)


def _promise_anew(
    order: Order, payment: Payment, *, recorded_by: int | None, at: datetime | None
) -> None:
    """The other payments still cover some of what was promised; the customer knows the old sum."""
    refund = promise_refund(order, note=None, recorded_by=recorded_by, at=at)
    events.refund_changed(
        order_id=order.pk, payment_id=payment.pk, refund_id=refund.pk if refund else None
    )


def _become_unpaid(order: Order, *, at: datetime | None) -> None:
    _check_nothing_left(order)
    lines, charges = list(order.lines.all()), list(order.charges.all())
    order.status, order.dispatch_by = Order.Status.NEW, None
    order.save(update_fields=["status", "dispatch_by", "updated_at"])
    packed = [line for line in lines if line.status == line.Status.PROCESSING]
    set_status(packed, OrderLine.Status.NEW, reason="Not paid after all")
    note = issue_credit_note(
        order=order,
        items=[*lines, *charges],
        reason=documents.NOT_PAID,
        is_refund=False,
        at=at,
    )
    record_fact(order_id=order.pk, fact=Message.Fact.UNPAID, at=at)
    events.payment_revoked(order_id=order.pk, credit_note_id=note.pk if note else None)


def _check_nothing_left(order: Order) -> None:
    """Raise MoveRefused if any book was sent or any money paid back."""
    if order.lines.filter(status=OrderLine.Status.SENT).exists():
        raise MoveRefused(f"Part of order {order.number} has been sent: refund it instead.")
    if order.refunds.filter(state=Refund.State.DONE).exists():
        raise MoveRefused(f"Money for order {order.number} was paid back, so it must have arrived.")
