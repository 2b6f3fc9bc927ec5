"""The states of an order and of its lines, in a customer's words."""

from main.models import Order, OrderLine
from main.models.foreign_text import isolated
from main.wording.links import LINK

_ORDER = {
    Order.Status.NEW: ("to be paid", "We’ll dispatch your books as soon as your payment arrives."),
    Order.Status.PAID: ("paid", "Your payment has arrived, and we’re getting your books ready."),
    Order.Status.DONE: ("sent", "Everything is on its way to you or has already arrived."),
    Order.Status.CANCELLED: ("cancelled", "This order was cancelled. Nothing more will be sent."),
}
_PARTLY_SENT = ("partly sent", "Some of your books are on their way, and the rest will follow.")
_LINE = {
    OrderLine.Status.NEW: "to be packed",
    OrderLine.Status.PROCESSING: "being packed",
    OrderLine.Status.SENT: "sent",
    OrderLine.Status.CANCELLED: "cancelled",
}


def greeting(order: Order) -> str:
    """How a mail begins. A guest may have entered anybody's address, so nothing of theirs heads it.

    Nor does a link, whoever wrote it.
    """
    if order.user_id is None or LINK.search(order.billing_name):
        return "Hello,"
    return f"Hello {isolated(order.billing_name)},"


def order_state(order: Order) -> str:
    """Two or three words."""
    return _words(order)[0]


def order_news(order: Order) -> str:
    """A sentence."""
    return _words(order)[1]


def line_state(line: OrderLine, order: Order) -> str:
    """Two or three words."""
    status = OrderLine.Status(line.status)
    is_waiting = status in {OrderLine.Status.NEW, OrderLine.Status.PROCESSING}
    return "set aside" if is_waiting and order.status == Order.Status.NEW else _LINE[status]


def _words(order: Order) -> tuple[str, str]:
    status = Order.Status(order.status)
    if status == Order.Status.PAID:
        states = {line.status for line in order.lines.all()}
        return _PARTLY_SENT if OrderLine.Status.SENT in states else _ORDER[status]
    return _ORDER[status]
