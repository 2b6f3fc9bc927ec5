"""What happens to an order after it was placed: order again, cancel, correct addresses.

Its lines move in main.actions.order_lines, its money in main.actions.payments and refunds;
main.models.order_moves says which moves are allowed.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from main import events
from main.actions.basket import add_to_basket
from main.actions.conversations import record_fact, touch_conversation
from main.actions.invoices import issue_credit_note, issue_invoice
from main.actions.ledger import enter_ledger
from main.actions.order_items import set_status
from main.actions.refunds import take_back
from main.actions.stock import put_back
from main.errors import MoveRefused, ShopError
from main.models import BasketOwner, Message, Order, OrderCharge, OrderLine
from main.models.order_moves import check_address_open, check_order_move
from main.wording import documents


@transaction.atomic
def order_again(*, owner: BasketOwner, order_id: int) -> list[str]:
    """Put the order's books in the basket again; return a sentence for each that is refused."""
    copies: Counter[int] = Counter()  # of one book, they can be in several lines
    for line in OrderLine.objects.filter(order=order_id):
        copies[line.product_id] += line.quantity
    refusals = []
    for product_id, quantity in copies.items():
        try:
            add_to_basket(owner=owner, product_id=product_id, quantity=quantity)
        except ShopError as error:
            refusals.append(str(error))
    return refusals


@transaction.atomic
def cancel_order(
    *,
    order_id: int,
    reason: str = documents.CANCELLED,
    recorded_by: int | None = None,
    at: datetime | None = None,
) -> Order:
    """Cancel it: the books return to the stock, and a credit note takes back what was billed.

    The note shows `reason` and `at` (default: now); `recorded_by` promises the refund. Raises
    MoveRefused and changes nothing if the order is already cancelled or part of it was sent: sent
    lines are refunded one by one as they come back.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.CANCELLED)
    lines, charges = list(order.lines.live()), list(order.charges.live())
    if any(line.status == OrderLine.Status.SENT for line in lines):
        raise MoveRefused(f"Part of order {order.number} has been sent, so it cannot be cancelled.")
    enter_ledger(order=order)
    order.status = Order.Status.CANCELLED
    order.save(update_fields=["status", "updated_at"])
    put_back(lines=lines, reason=f"Order {order.number} cancelled")
    set_status(lines, OrderLine.Status.CANCELLED, reason=reason)
    set_status(charges, OrderCharge.Status.CANCELLED, reason=reason)
    record_fact(order_id=order.pk, fact=Message.Fact.CANCELLED, at=at)
    items = [*lines, *charges]
    back = take_back(order=order, items=items, reason=reason, recorded_by=recorded_by, at=at)
    events.order_cancelled(order_id=order.pk, **back)
    return order


@transaction.atomic
def correct_shipping_address(*, order_id: int, address: Mapping[str, str]) -> Order:
    """Correct where the parcel goes: `address` has the fields of POSTAL_FIELDS that change.

    Raises MoveRefused and changes nothing if everything is on its way or the order is cancelled.
    """
    order = Order.objects.locked().get(pk=order_id)
    _correct_address(order, "shipping", address)
    return order


@transaction.atomic
def correct_billing_address(*, order_id: int, address: Mapping[str, str]) -> Order:
    """Correct mistakes: `address` has the fields of POSTAL_FIELDS that change.

    An order already billed is billed again: a credit note cancels the invoice, and a new invoice
    has the right address. No money moves. Raises MoveRefused and changes nothing if the order is
    cancelled.
    """
    order = Order.objects.locked().get(pk=order_id)
    _correct_address(order, "billing", address)
    touch_conversation(order_id=order.pk)
    if order.status in (Order.Status.PAID, Order.Status.DONE):
        items = [*order.lines.live(), *order.charges.live()]
        reason = documents.ADDRESS_CORRECTED
        issue_credit_note(order=order, items=items, reason=reason, is_refund=False)
        issue_invoice(order=order)
    return order


def _correct_address(order: Order, kind: str, address: Mapping[str, str]) -> None:
    check_address_open(order, kind)
    fields = {f"{kind}_{name}": value for name, value in address.items()}
    for name, value in fields.items():
        setattr(order, name, value)
    order.save(update_fields=[*fields, "updated_at"])
