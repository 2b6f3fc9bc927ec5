"""Moves an order's lines: packed, sent, cancelled, refunded; the order's state follows.

Its other charges can only be cancelled.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from main import events
from main.actions.conversations import record_fact, touch_conversation
from main.actions.ledger import enter_ledger
from main.actions.order_items import set_status, split
from main.actions.refunds import take_back
from main.actions.stock import put_back
from main.errors import MoveRefused
from main.models import Message, Order, OrderCharge, OrderLine
from main.models.order_lines import MOST_LINES, OrderItem
from main.models.order_moves import check_charge_move, check_line_move, status_by_lines
from main.wording import documents, facts


@transaction.atomic
def move_order_lines(
    *,
    order_id: int,
    line_ids: Collection[int],
    status: OrderLine.Status,
    copies: Mapping[int, int] | None = None,
    may_refund: bool = False,
    reason: str = "",
    recorded_by: int | None = None,
    at: datetime | None = None,
) -> Order:
    """Move these lines of one order to `status`, all or none; lines already there stay.

    `copies` says, by line, how many copies move if not all: they become a line of their own.
    Cancelled copies return to the stock, and a credit note takes back what was billed; it shows
    `reason` and `at` (default: now), and `recorded_by` promises the refund. Cancelling the last
    line cancels all other charges, too.

    Raises MoveRefused and changes nothing if a line is not the order's, has fewer copies or may not
    move there (main.models.order_moves). Cancelling a sent line without `may_refund` raises
    RefundRefused.
    """
    order = Order.objects.locked().get(pk=order_id)
    lines = list(order.lines.all())
    if not {line.pk for line in lines}.issuperset(line_ids):
        raise MoveRefused(f"Order {order.number} has no such line.")
    moving = [line for line in lines if line.pk in line_ids and line.status != status]
    for line in moving:
        check_line_move(line, order, status, may_refund=may_refund)
    _check_room(lines, copies or {})
    moved = [split(line, copies.get(line.pk) if copies else None) for line in moving]
    if moved:
        enter_ledger(order=order)
        if status == OrderLine.Status.SENT:
            _tell_of_sent(order, moved, at=at)
        set_status(moved, status, reason=reason)
        _follow(order)
        if status == OrderLine.Status.CANCELLED:
            why = reason or documents.CANCELLED
            _settle(order, moved, reason=why, recorded_by=recorded_by, at=at)
    return order


@transaction.atomic
def cancel_order_charges(
    *,
    order_id: int,
    charge_ids: Collection[int],
    copies: Mapping[int, int] | None = None,
    reason: str,
    recorded_by: int | None = None,
    at: datetime | None = None,
) -> Order:
    """Cancel these charges of the order, all or none; those already cancelled stay so.

    `copies`, `reason`, `recorded_by` and `at` are as for lines. Raises MoveRefused and changes
    nothing if a charge is not the order's, has fewer copies or is a discount that was billed.
    """
    order = Order.objects.locked().get(pk=order_id)
    charges = list(order.charges.all())
    if not {charge.pk for charge in charges}.issuperset(charge_ids):
        raise MoveRefused(f"Order {order.number} has no such charge.")
    going = [charge for charge in charges if charge.pk in charge_ids and charge.is_live]
    for charge in going:
        check_charge_move(charge, order)
    gone = [split(charge, copies.get(charge.pk) if copies else None) for charge in going]
    if gone:
        enter_ledger(order=order)
        set_status(gone, OrderCharge.Status.CANCELLED, reason=reason)
        _give_back(order, gone, reason=reason, recorded_by=recorded_by, at=at)
    return order


def _check_room(lines: Collection[OrderLine], copies: Mapping[int, int]) -> None:
    """Lines are added when some copies move; whole lines can always be moved."""
    if copies and len(lines) + len(copies) > MOST_LINES:
        raise MoveRefused(
            f"An order can have {MOST_LINES:,} lines at most. Please move all copies of a line."
        )


def _tell_of_sent(order: Order, lines: Sequence[OrderLine], *, at: datetime | None) -> None:
    """Call this before the new state is saved. Each line is reported once: after a line was marked
    sent by mistake, a second mail would look like a second parcel.
    """
    told = set(
        OrderLine.history.filter(order_id=order.pk, status=OrderLine.Status.SENT).values_list(
            "id", flat=True
        )
    )
    untold = [line for line in lines if told.isdisjoint(_itself_and_before(line))]
    if untold:
        record_fact(order_id=order.pk, fact=Message.Fact.SENT, values=facts.items(untold), at=at)
        line_ids = sorted(line.pk for line in untold)
        events.order_lines_sent(order_id=order.pk, line_ids=line_ids)


def _itself_and_before(line: OrderLine) -> set[int]:
    """The keys of the line and of those that it was split from."""
    keys: set[int] = set()
    row: OrderItem | None = line
    while row is not None:
        keys.add(row.pk)
        row = row.split_from
    return keys


def _follow(order: Order) -> None:
    """DONE if paid and every line is sent or cancelled; CANCELLED if all lines are."""
    status = status_by_lines(order, order.lines.all())
    # An order whose state stays gets a new date, but no new record in its history.
    is_other = status != order.status
    order.status = status
    order.save(update_fields=["status", "updated_at"] if is_other else ["updated_at"])
    if is_other:
        touch_conversation(order_id=order.pk)


def _settle(
    order: Order,
    moved: Sequence[OrderLine],
    *,
    reason: str,
    recorded_by: int | None,
    at: datetime | None,
) -> None:
    """What cancelled lines mean for the stock, the accounts and the customer."""
    put_back(lines=moved, reason=f"Order {order.number}: line cancelled")
    gone: list[OrderItem] = [*moved]
    if order.status == Order.Status.CANCELLED:
        charges = list(order.charges.live())
        set_status(charges, OrderCharge.Status.CANCELLED, reason=reason)
        gone += charges
    _give_back(order, gone, reason=reason, recorded_by=recorded_by, at=at)


def _give_back(
    order: Order,
    gone: Sequence[OrderItem],
    *,
    reason: str,
    recorded_by: int | None,
    at: datetime | None,
) -> None:
    """Report what was cancelled, and take back what was billed for it."""
    record_fact(order_id=order.pk, fact=Message.Fact.CANCELLED, values=facts.items(gone), at=at)
    back = take_back(order=order, items=gone, reason=reason, recorded_by=recorded_by, at=at)
    line_ids, charge_ids = _keys(gone, OrderLine), _keys(gone, OrderCharge)
    events.order_lines_cancelled(
        order_id=order.pk, line_ids=line_ids, charge_ids=charge_ids, **back
    )


def _keys(rows: Iterable[OrderItem], kind: type[OrderItem]) -> list[int]:
    return [row.pk for row in rows if isinstance(row, kind)]
