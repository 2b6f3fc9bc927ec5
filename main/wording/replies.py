"""What a reply that staff keep ready says about an order, in words."""

from django.utils import timezone
from django.utils.text import Truncator

from main.models.orders import Order
from main.wording.dates import day_and_month
from main.wording.facts import NAME_LENGTH
from main.wording.orders import order_state


def facts_for_replies(order: Order, *, author_name: str) -> dict[str, str]:
    """What stands in braces in a reply (main.models.canned_replies.FACTS), as of now.

    Without `dispatch_by` when there is no such day: see `date_missing`. The order comes with its
    lines and their products.
    """
    facts = {
        "order_number": order.number,
        "status": order_state(order),
        "stock": "; ".join(
            f"{Truncator(line.product.name).chars(NAME_LENGTH)}: {line.product.stock} in stock"
            for line in order.lines.all()
        ),
        "customer_name": order.shipping_name,
        "my_name": author_name,
    }
    if not date_missing(order):
        facts["dispatch_by"] = day_and_month(order.dispatch_by)
    return facts


def date_missing(order: Order) -> str:
    """Why it cannot be said by when the order leaves; empty when it can."""
    if order.status != Order.Status.PAID or not order.dispatch_by:
        return "The order has no date of dispatch: write it yourself."
    if order.dispatch_by <= timezone.now():
        return "The order’s date of dispatch has passed: write it yourself."
    return ""
