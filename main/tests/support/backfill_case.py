"""Orders of release 0.1.0 in the states that the backfill meets."""

from main.actions.order_lines import move_order_lines
from main.actions.payments import mark_order_paid
from main.models import Order, OrderLine
from main.tests.support.before_case import by_release_0_1_0, order_of_before
from main.wording.messages import message_item

CANCELLED, SENT = OrderLine.Status.CANCELLED, OrderLine.Status.SENT
PAID = ("payment", "26.97", "paid", True)


def move(order: Order, place: int, status: OrderLine.Status) -> None:
    line_ids = [order.lines.order_by("pk")[place].pk]
    move_order_lines(order_id=order.pk, line_ids=line_ids, status=status, may_refund=True)


def paid_before(*moves: tuple[int, OrderLine.Status]) -> Order:
    """Paid, and some lines moved, in 0.1.0's time."""
    order = order_of_before()
    with by_release_0_1_0(order):
        mark_order_paid(order_id=order.pk)
        for place, status in moves:
            move(order, place, status)
    return Order.objects.get(pk=order.pk)


def shown(order: Order) -> list[dict]:
    return [message_item(each) for each in order.conversation.messages.order_by("seq")]
