"""What canned replies say about an order."""

from django.utils import timezone

from main.models.foreign_text import isolated
from main.models.orders import Order
from main.wording.dates import day_and_month
from main.wording.facts import title_text
from main.wording.orders import order_state


def placeholder_values(order: Order, *, author_name: str) -> dict[str, str]:
    """What each placeholder of main.models.canned_replies becomes, as of now.

    Leaves out `dispatch_by` if there is no such day: see `date_missing`. Load the order with its
    lines and their products.
    """
    values = {
        "order_number": order.number,
        "status": order_state(order),
        "stock": "; ".join(
            f"{title_text(line.product.name)}: {line.product.stock} in stock"
            for line in {line.product_id: line for line in order.lines.all()}.values()
        ),
        "customer_name": isolated(order.shipping_name),
        "my_name": isolated(author_name),
    }
    if order.dispatch_by and not date_missing(order):
        values["dispatch_by"] = day_and_month(order.dispatch_by)
    return values


def date_missing(order: Order) -> str:
    """Why there is no day of dispatch to promise; empty if there is one."""
    if order.status != Order.Status.PAID or not order.dispatch_by:
        return "This order has no dispatch date. Please write it yourself."
    if order.dispatch_by <= timezone.now():
        return "This order’s dispatch date has passed. Please write it yourself."
    return ""
