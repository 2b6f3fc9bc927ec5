"""The only place that knows which states an order and its lines may move to, and which addresses
may still be corrected.

    order  NEW -> PAID                      line  NEW -> PROCESSING -> SENT
           PAID -> NEW (a mistake)                NEW -> SENT
           NEW, PAID -> CANCELLED                 NEW, PROCESSING -> CANCELLED
                                                  PROCESSING -> NEW
                                                  SENT -> PROCESSING (not sent after all)
                                                  SENT -> CANCELLED (it came back)

Otherwise an order follows its lines (status_by_lines): to DONE and back to PAID, and to CANCELLED
with the last line.
"""

from collections.abc import Iterable

from main.errors import MoveRefused, RefundRefused
from main.models.foreign_text import isolated
from main.models.order_lines import OrderCharge, OrderLine
from main.models.orders import Order

ORDER_MOVES = {
    Order.Status.NEW: {Order.Status.PAID, Order.Status.CANCELLED},
    Order.Status.PAID: {Order.Status.NEW, Order.Status.CANCELLED},
    Order.Status.DONE: set(),
    Order.Status.CANCELLED: set(),
}
LINE_MOVES = {
    OrderLine.Status.NEW: {
        OrderLine.Status.PROCESSING,
        OrderLine.Status.SENT,
        OrderLine.Status.CANCELLED,
    },
    OrderLine.Status.PROCESSING: {
        OrderLine.Status.NEW,
        OrderLine.Status.SENT,
        OrderLine.Status.CANCELLED,
    },
    OrderLine.Status.SENT: {OrderLine.Status.PROCESSING, OrderLine.Status.CANCELLED},
    OrderLine.Status.CANCELLED: set(),
}
# What an order's state allows its lines: only paid books are sent, and a refund needs a payment.
_LINES_MOVE_TO = {
    Order.Status.NEW: {OrderLine.Status.CANCELLED},
    Order.Status.PAID: set(OrderLine.Status),
    Order.Status.DONE: {OrderLine.Status.PROCESSING, OrderLine.Status.CANCELLED},
    Order.Status.CANCELLED: set(),
}
# The shipping address can be corrected until everything is on its way, the billing address until
# the order is cancelled. Mails may follow even then.
_ADDRESS_OPEN = {
    "shipping": {Order.Status.NEW, Order.Status.PAID},
    "billing": {Order.Status.NEW, Order.Status.PAID, Order.Status.DONE},
    "email": set(Order.Status),
}


def is_address_open(order: Order, kind: str) -> bool:
    """Whether the "shipping", "billing" or "email" address may still be corrected."""
    return order.status in _ADDRESS_OPEN[kind]


def check_address_open(order: Order, kind: str) -> None:
    """Raise MoveRefused with the reason unless that address may still be corrected."""
    if not is_address_open(order, kind):
        state = Order.Status(order.status).label
        raise MoveRefused(f"Order {order.number} is {state}: its {kind} address stays as it was.")


def check_order_move(order: Order, status: Order.Status) -> None:
    """Raise MoveRefused with the reason unless the order may become `status`."""
    here = Order.Status(order.status)
    if here == status:
        raise MoveRefused(f"Order {order.number} is {here.label} already.")
    if status not in ORDER_MOVES[here]:
        raise MoveRefused(f"Order {order.number} is {here.label}: it cannot become {status.label}.")


def check_line_move(
    line: OrderLine, order: Order, status: OrderLine.Status, *, may_refund: bool
) -> None:
    """Raise MoveRefused with the reason unless the line may become `status`.

    Cancelling a sent line raises RefundRefused unless `may_refund`.
    """
    here, title = OrderLine.Status(line.status), f"“{isolated(line.name)}”"
    if status not in LINE_MOVES[here]:
        raise MoveRefused(f"{title} is {here.label}: it cannot become {status.label}.")
    if status not in _LINES_MOVE_TO[Order.Status(order.status)]:
        state = Order.Status(order.status).label
        raise MoveRefused(f"Order {order.number} is {state}: {title} cannot become {status.label}.")
    if _is_refund(line, status) and not may_refund:
        raise RefundRefused("Only the office can take back what was sent.")


def check_charge_move(charge: OrderCharge, order: Order) -> None:
    """Raise MoveRefused with the reason unless the charge may be cancelled.

    A discount stays once it was billed: without it the customer would owe more than was agreed.
    """
    name = f"“{isolated(charge.name)}”"
    if order.status == Order.Status.CANCELLED:
        raise MoveRefused(f"Order {order.number} is cancelled, and {name} with it.")
    if charge.total < 0 and order.status != Order.Status.NEW:
        raise MoveRefused(
            f"Order {order.number} has been billed with {name}: it cannot be taken back."
        )


def may_cancel_charge(charge: OrderCharge, order: Order) -> bool:
    """Whether the charge is still there and may be cancelled."""
    try:
        check_charge_move(charge, order)
    except MoveRefused:
        return False
    return charge.is_live


def line_moves(line: OrderLine, order: Order, *, may_refund: bool) -> list[OrderLine.Status]:
    """The states that the line may move to, in the states' order."""
    allowed = LINE_MOVES[OrderLine.Status(line.status)]
    allowed = allowed & _LINES_MOVE_TO[Order.Status(order.status)]
    return sorted(status for status in allowed if may_refund or not _is_refund(line, status))


def status_by_lines(order: Order, lines: Iterable[OrderLine]) -> Order.Status:
    """The order's state as it follows from the states of all its lines."""
    states = {line.status for line in lines}
    if states == {OrderLine.Status.CANCELLED}:
        return Order.Status.CANCELLED
    if order.status == Order.Status.NEW or not states:
        return Order.Status(order.status)
    closed = states <= {OrderLine.Status.SENT, OrderLine.Status.CANCELLED}
    return Order.Status.DONE if closed else Order.Status.PAID


def _is_refund(line: OrderLine, status: OrderLine.Status) -> bool:
    """Whether a sent line comes back; dispatchers do not decide about money."""
    return line.status == OrderLine.Status.SENT and status == OrderLine.Status.CANCELLED
