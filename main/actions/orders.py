"""What happens to an order after it was placed: ordered again, cancelled, its papers mended.

Its lines' way is in main.actions.order_lines, its money's in main.actions.payments and refunds;
which moves there are, in main.models.order_moves.
"""

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
    """Put the order's books in the basket again; return a sentence for each that cannot be."""
    refusals = []
    for line in OrderLine.objects.filter(order=order_id):
        try:
            add_to_basket(owner=owner, product_id=line.product_id, quantity=line.quantity)
        except ShopError as error:
            refusals.append(str(error))
    return refusals


@transaction.atomic
def cancel_order(
    *, order_id: int, reason: str = documents.CANCELLED, at: datetime | None = None
) -> Order:
    """The books go back to the shelf; a credit note takes back what was billed.

    `reason` and `at` (now unless told) stand on the note. Raises MoveRefused, and nothing changes,
    when it is cancelled already or a part of it was sent: what was sent is refunded line by line
    as it comes back.
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
    back = take_back(order=order, items=[*lines, *charges], reason=reason, at=at)
    events.order_cancelled(order_id=order.pk, **back)
    return order


@transaction.atomic
def correct_shipping_address(*, order_id: int, address: Mapping[str, str]) -> Order:
    """Correct where the parcel goes: `address` has the fields of POSTAL_FIELDS that change.

    Raises MoveRefused, and nothing changes, when it is all on its way or the order is cancelled.
    """
    order = Order.objects.locked().get(pk=order_id)
    _correct_address(order, "shipping", address)
    return order


@transaction.atomic
def correct_billing_address(*, order_id: int, address: Mapping[str, str]) -> Order:
    """Mend what was misspelt: `address` has the fields of POSTAL_FIELDS that change.

    What was billed already is billed anew: a credit note takes the invoice back, and another has
    the right address. No money moves. Raises MoveRefused, and nothing changes, when the order is
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
