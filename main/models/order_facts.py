"""How an order stands, in words: for the timeline, and for the replies that staff keep ready."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.text import Truncator

from main.models.invoices import Invoice
from main.models.money import money
from main.models.order_words import order_state
from main.models.orders import Order, OrderLine

_NAMED, _NAME_LENGTH = 3, 80


def books(lines: Iterable[OrderLine]) -> str:
    """“2 × Emma, 1 × Dracula”; of many the first, of long titles the beginning."""
    lines = list(lines)
    named = [f"{line.quantity} × {Truncator(line.name).chars(_NAME_LENGTH)}" for line in lines]
    others = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f", and {others} more" if others > 0 else "")


def paid_back(note: Invoice) -> str:
    """What a credit note means for the customer."""
    amount = money(note.gross, note.currency)
    return f"{amount} will be paid back. Credit note: {note.number}."


def facts_for_replies(order: Order, *, author_name: str) -> dict[str, str]:
    """What stands in braces in a reply (main.models.canned_replies.FACTS), as of now.

    Without `dispatch_by` when there is no such day: see `date_missing`. The order comes with its
    lines and their products.
    """
    facts = {
        "order_number": order.number,
        "status": order_state(order),
        "stock": "; ".join(
            f"{Truncator(line.product.name).chars(_NAME_LENGTH)}: {line.product.stock} in stock"
            for line in order.lines.all()
        ),
        "customer_name": order.shipping_name,
        "my_name": author_name,
    }
    if not date_missing(order):
        facts["dispatch_by"] = f"{timezone.localtime(order.dispatch_by):%-d %B}"
    return facts


def date_missing(order: Order) -> str:
    """Why it cannot be said by when the order leaves; empty when it can."""
    if order.status != Order.Status.PAID or not order.dispatch_by:
        return "The order has no date of dispatch: write it yourself."
    if order.dispatch_by <= timezone.now():
        return "The order’s date of dispatch has passed: write it yourself."
    return ""
