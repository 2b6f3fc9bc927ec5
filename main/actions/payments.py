"""Money that arrived for an order, and what follows: it is paid and billed, or a balance is open.

Money that did not arrive after all is in main.actions.dropped_payments.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from main import events
from main.actions.conversations import record_fact
from main.actions.invoices import issue_invoice
from main.actions.ledger import enter_ledger, note_balance
from main.actions.receipts import enter_receipt
from main.gateways.payments import Receipt
from main.models import Message, Order, Payment
from main.models.opening_hours import close_after
from main.models.order_moves import check_order_move
from main.wording import facts


@transaction.atomic
def record_payment(
    *,
    order_id: int,
    receipt: Receipt,
    recorded_by: int | None = None,
    at: datetime | None = None,
) -> Payment:
    """Record money that arrived. Once nothing is due, a new order is paid and billed.

    The invoice shows `at` (default: now). A repeated receipt (same way, reference and order)
    changes nothing and returns the payment it made before. Raises PaymentRefused and changes
    nothing if the amount is not positive or in another currency, or if the reference belongs to
    another order.
    """
    order = Order.objects.locked().get(pk=order_id)
    enter_ledger(order=order)
    payment, is_news = enter_receipt(order=order, receipt=receipt, recorded_by=recorded_by)
    if is_news:
        is_paid_by_it = settle(order=order, at=at)
        _tell_what_is_open(order, payment, has_mail=is_paid_by_it, at=at)
    return payment


@transaction.atomic
def mark_order_paid(
    *, order_id: int, at: datetime | None = None, recorded_by: int | None = None
) -> Order:
    """Record that what is due arrived by the agreed way to pay: the order is paid and billed.

    `at` is the time of payment and invoice (default: now). Raises MoveRefused and changes nothing
    unless the order is new.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.PAID)
    enter_ledger(order=order)
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
    note_balance(order=order)
    return order


def settle(*, order: Order, at: datetime | None = None) -> bool:
    """Mark a new order paid if its ledger leaves nothing due; return whether that was so.

    The caller must have locked the order's row.
    """
    if order.status != Order.Status.NEW or order.due > 0:
        return False
    _become_paid(order, at=at)
    return True


def _tell_what_is_open(
    order: Order, payment: Payment, *, has_mail: bool, at: datetime | None
) -> None:
    """Report a part payment or an overpayment; the mail “paid”, if sent, mentions the latter."""
    balance = note_balance(order=order)
    values = facts.amount(payment)
    if balance.is_part_paid:
        values["due"] = str(balance.due)
        record_fact(order_id=order.pk, fact=Message.Fact.PART_PAID, values=values, at=at)
        events.order_part_paid(order_id=order.pk, payment_id=payment.pk)
    elif balance.overpaid:
        values["surplus"] = str(min(balance.overpaid, payment.amount))
        record_fact(order_id=order.pk, fact=Message.Fact.OVERPAID, values=values, at=at)
        if not has_mail:
            events.order_overpaid(order_id=order.pk, payment_id=payment.pk)


def _become_paid(order: Order, *, at: datetime | None) -> None:
    order.status = Order.Status.PAID
    order.dispatch_by = close_after(at or timezone.now(), days=settings.DISPATCH_DAYS)
    order.save(update_fields=["status", "dispatch_by", "updated_at"])
    invoice = issue_invoice(order=order, at=at)
    values = facts.paid(invoice, is_free=not order.balance.paid)
    record_fact(order_id=order.pk, fact=Message.Fact.PAID, values=values, at=at)
    events.order_paid(order_id=order.pk)
