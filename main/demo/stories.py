"""What became of the demo shop's orders: the steps that staff took, each at its own time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import record_payment
from main.actions.refunds import record_refund
from main.gateways.payments import Receipt
from main.models import (
    Conversation,
    Message,
    OpenBalance,
    Order,
    OrderLine,
    Payment,
    Product,
    Refund,
    User,
)

OWNER, OFFICE, DISPATCH = (f"{name}@booktime.example" for name in ("owner", "office", "dispatch"))
NEW, PROCESSING, SENT, CANCELLED = OrderLine.Status
# A range of its lines: from, to.
ALL, FIRST, LAST = (None, None), (0, 1), (-1, None)


@dataclass(frozen=True)
class Step:
    """What staff did with an order: how many days after the previous step, and at what time."""

    days: int
    hour: int
    by: str
    do: str = "move"
    lines: tuple[int | None, int | None] = ALL
    copies: int | None = None  # how many copies of longer lines; None for all
    status: OrderLine.Status = SENT
    reason: str = ""
    more: str = "0.00"  # paid more than was due; if negative, less


_PAID = (Step(1, 10, OFFICE, "pay"),)
_SENT = (*_PAID, Step(1, 9, DISPATCH, status=PROCESSING), Step(0, 15, DISPATCH))
STORIES: dict[str, tuple[Step, ...]] = {
    "unpaid": (),
    "paid": _PAID,
    "packing": (*_PAID, Step(1, 11, DISPATCH, lines=FIRST, status=PROCESSING)),
    "partly sent": (*_PAID, Step(1, 14, DISPATCH, lines=FIRST)),
    "sent": _SENT,
    "cancelled": (Step(1, 16, OFFICE, "cancel", reason="Cancelled by the customer"),),
    "changed": (
        Step(1, 12, OFFICE, lines=LAST, status=CANCELLED, reason="Not wanted after all"),
        *_PAID,
    ),
    "part paid": (Step(1, 10, OFFICE, "pay", more="-5.00"),),
    "overpaid": (Step(1, 10, OFFICE, "pay", more="3.00"),),
    "one copy short": (
        *_PAID,
        Step(1, 13, DISPATCH, copies=1, status=CANCELLED, reason="Only one is left"),
    ),
    "mistaken": (*_PAID, Step(1, 17, OFFICE, "revoke")),
    "line missing": (
        *_PAID,
        Step(1, 13, DISPATCH, lines=LAST, status=CANCELLED, reason="The last copy is damaged"),
        Step(0, 15, DISPATCH, lines=FIRST),
    ),
    "line refunded": (
        *_SENT,
        Step(9, 10, OFFICE, lines=FIRST, status=CANCELLED, reason="Sent back within 14 days"),
        Step(2, 16, OFFICE, "pay back"),
    ),
    "refunded": (
        *_SENT,
        Step(11, 11, OWNER, status=CANCELLED, reason="Lost in the post"),
        Step(1, 16, OFFICE, "pay back"),
    ),
}


def take(step: Step, order: Order, *, at: datetime, by: User) -> None:
    match step.do:
        case "pay":
            _pay(order, more=step.more, at=at, by=by)
        case "pay back":
            for refund in order.refunds.open():
                record_refund(
                    refund_id=refund.pk,
                    at=at,
                    reference=f"Back to {order.number}",
                    recorded_by=by.pk,
                )
        case "revoke":
            revoke_payment(order_id=order.pk, at=at)
        case "cancel":
            cancel_order(order_id=order.pk, reason=step.reason, at=at)
        case _:
            _move(step, order, at=at)


def _pay(order: Order, *, more: str, at: datetime, by: User) -> None:
    receipt = Receipt(
        way=order.payment_way,
        amount=Order.objects.get(pk=order.pk).due + Decimal(more),
        currency=order.currency,
        at=at,
        reference=f"Order {order.number}",
    )
    record_payment(order_id=order.pk, receipt=receipt, recorded_by=by.pk, at=at)


def _move(step: Step, order: Order, *, at: datetime) -> None:
    lines = list(order.lines.all())[slice(*step.lines)]
    line_ids = [line.pk for line in lines if line.quantity > (step.copies or 0)]
    move_order_lines(
        order_id=order.pk,
        line_ids=line_ids,
        status=step.status,
        copies=dict.fromkeys(line_ids, step.copies) if step.copies else None,
        may_refund=True,
        reason=step.reason,
        at=at,
    )


def date(order: Order, *, at: datetime, by: User | None) -> None:
    """Backdate the rows that this step has just written, and say who did it."""
    Order.objects.filter(pk=order.pk).update(updated_at=at)
    Conversation.objects.filter(pk=order.pk).update(changed_at=at)
    Message.objects.of(order.pk).filter(at__gt=at).update(at=at)
    OpenBalance.objects.filter(order=order, since__gt=at).update(since=at)
    for entries in (Payment.objects.filter(order=order), Refund.objects.filter(order=order)):
        entries.filter(created_at__gt=at).update(created_at=at)
        entries.filter(updated_at__gt=at).update(updated_at=at)
    for rows in (
        Order.history.filter(id=order.pk),
        OrderLine.history.filter(order_id=order.pk),
        Product.history.filter(history_change_reason__startswith=f"Order {order.number}"),
    ):
        rows.filter(history_date__gt=at).update(history_date=at, history_user=by)
