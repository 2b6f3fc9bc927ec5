"""The way of an order's lines: packed, sent, cancelled, refunded; the order's state follows."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from main import events
from main.actions.conversations import record_fact, touch_conversation
from main.actions.invoices import issue_credit_note
from main.actions.stock import put_back
from main.errors import MoveRefused
from main.models import Message, Order, OrderLine
from main.models.history import update_many
from main.models.order_facts import books, paid_back
from main.models.order_moves import check_line_move, status_by_lines


@transaction.atomic
def move_order_lines(
    *,
    order_id: int,
    line_ids: Collection[int],
    status: OrderLine.Status,
    may_refund: bool = False,
    reason: str = "",
    at: datetime | None = None,
) -> Order:
    """Move these lines of one order to `status`, all or none. A line that is there already stays.

    A cancelled line gives its copies back to the stock, and what was billed for it by a credit
    note; `reason` and `at` (now unless told) stand on it. Raises MoveRefused, and nothing changes,
    when a line is not the order's or may not go there (main.models.order_moves); RefundRefused
    when it was sent and is to be taken back by somebody who may not (`may_refund`).
    """
    order = Order.objects.locked().get(pk=order_id)
    lines = list(order.lines.all())
    if not {line.pk for line in lines}.issuperset(line_ids):
        raise MoveRefused(f"Order {order.number} has no such line.")
    moved = [line for line in lines if line.pk in line_ids and line.status != status]
    for line in moved:
        check_line_move(line, order, status, may_refund=may_refund)
    if moved:
        if status == OrderLine.Status.SENT:
            _tell_of_sent(moved, at=at)
        set_status(moved, status, reason=reason)
        _follow(order, lines)
        _settle(order, moved, status, reason=reason, at=at)
    return order


def set_status(lines: Sequence[OrderLine], status: OrderLine.Status, *, reason: str) -> None:
    """Save the state; `reason` goes into the lines' history. Whether they may is asked before."""
    for line in lines:
        line.status = status
    update_many(lines, fields=["status"], reason=reason)


def _tell_of_sent(lines: Sequence[OrderLine], *, at: datetime | None) -> None:
    """Asked before the new state is saved. Once a line: if it was marked sent by mistake, the
    customer waits for it already, and another mail would be of another parcel.
    """
    line_ids = [line.pk for line in lines]
    told = OrderLine.history.filter(id__in=line_ids, status=OrderLine.Status.SENT)
    if untold := sorted(set(line_ids) - set(told.values_list("id", flat=True))):
        order_id = lines[0].order_id
        text = f"Sent: {books(line for line in lines if line.pk in untold)}."
        record_fact(order_id=order_id, fact=Message.Fact.SENT, text=text, at=at)
        events.order_lines_sent(order_id=order_id, line_ids=untold)


def _follow(order: Order, lines: Sequence[OrderLine]) -> None:
    """DONE when every line is sent or cancelled and it is paid; all cancelled is CANCELLED."""
    status = status_by_lines(order, lines)
    # An order that stays what it is has a new date, and no new row in its history.
    is_other = status != order.status
    order.status = status
    order.save(update_fields=["status", "updated_at"] if is_other else ["updated_at"])
    if is_other:
        touch_conversation(order_id=order.pk)


def _settle(
    order: Order,
    moved: Sequence[OrderLine],
    status: OrderLine.Status,
    *,
    reason: str,
    at: datetime | None,
) -> None:
    """What the lines' new state means for the stock, the books and the customer."""
    if status != OrderLine.Status.CANCELLED:
        return
    put_back(lines=moved, reason=f"Order {order.number}: line cancelled")
    reason = reason or "Cancelled"
    note = issue_credit_note(order=order, order_lines=moved, reason=reason, at=at)
    text = f"Cancelled: {books(moved)}."
    record_fact(order_id=order.pk, fact=Message.Fact.CANCELLED, text=text, at=at)
    if note:
        record_fact(order_id=order.pk, fact=Message.Fact.REFUNDED, text=paid_back(note), at=at)
    events.order_lines_cancelled(
        order_id=order.pk,
        line_ids=[line.pk for line in moved],
        credit_note_id=note.pk if note else None,
    )
