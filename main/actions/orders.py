"""What happens to an order after it was placed: ordered again, paid for, cancelled.

Its lines' way is in main.actions.order_lines; which moves there are, in main.models.order_moves.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from main import events
from main.actions.basket import add_to_basket
from main.actions.conversations import record_fact, touch_conversation
from main.actions.invoices import issue_credit_note, issue_invoice
from main.actions.order_lines import set_status
from main.actions.stock import put_back
from main.errors import MoveRefused, ShopError
from main.models import BasketOwner, Message, Order, OrderLine
from main.models.opening_hours import close_after
from main.models.order_facts import paid_back
from main.models.order_moves import check_order_move


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
def mark_order_paid(*, order_id: int, at: datetime | None = None) -> Order:
    """The transfer came: the order is paid, and billed in the same breath.

    `at` is the invoice's time, now unless told. Raises MoveRefused, and nothing changes, unless
    the order is new.
    """
    order = Order.objects.locked().get(pk=order_id)
    order.dispatch_by = close_after(at or timezone.now(), days=settings.DISPATCH_DAYS)
    _move(order, Order.Status.PAID)
    invoice = issue_invoice(order=order, at=at)
    text = f"The payment arrived. Invoice: {invoice.number}."
    record_fact(order_id=order.pk, fact=Message.Fact.PAID, text=text, at=at)
    events.order_paid(order_id=order.pk)
    return order


@transaction.atomic
def revoke_payment(*, order_id: int, at: datetime | None = None) -> Order:
    """It was marked paid by mistake: the order is new again, a credit note undoes its invoice.

    What was being packed waits again. `at` is the note's time, now unless told. Raises MoveRefused,
    and nothing changes, unless the order is paid and no line was sent.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.NEW)
    lines = list(order.lines.all())
    if any(line.status == OrderLine.Status.SENT for line in lines):
        raise MoveRefused(f"A part of order {order.number} was sent: refund it instead.")
    order.dispatch_by = None
    _move(order, Order.Status.NEW)
    packed = [line for line in lines if line.status == OrderLine.Status.PROCESSING]
    set_status(packed, OrderLine.Status.NEW, reason="Not paid after all")
    note = issue_credit_note(
        order=order, order_lines=lines, reason="Marked paid by mistake", is_refund=False, at=at
    )
    text = "The order had been marked paid by mistake: the payment has not arrived yet."
    record_fact(order_id=order.pk, fact=Message.Fact.UNPAID, text=text, at=at)
    events.payment_revoked(order_id=order.pk, credit_note_id=note.pk if note else None)
    return order


@transaction.atomic
def cancel_order(*, order_id: int, reason: str = "Cancelled", at: datetime | None = None) -> Order:
    """The books go back to the shelf; a credit note takes back what was billed.

    `reason` and `at` (now unless told) stand on the note. Raises MoveRefused, and nothing changes,
    when it is cancelled already or a part of it was sent: what was sent is refunded line by line
    as it comes back.
    """
    order = Order.objects.locked().get(pk=order_id)
    check_order_move(order, Order.Status.CANCELLED)
    lines = list(order.lines.live())
    if any(line.status == OrderLine.Status.SENT for line in lines):
        raise MoveRefused(f"A part of order {order.number} was sent: it cannot be cancelled.")
    _move(order, Order.Status.CANCELLED)
    put_back(lines=lines, reason=f"Order {order.number} cancelled")
    set_status(lines, OrderLine.Status.CANCELLED, reason=reason)
    note = issue_credit_note(order=order, order_lines=lines, reason=reason, at=at)
    text = "The order was cancelled."
    record_fact(order_id=order.pk, fact=Message.Fact.CANCELLED, text=text, at=at)
    if note:
        record_fact(order_id=order.pk, fact=Message.Fact.REFUNDED, text=paid_back(note), at=at)
    events.order_cancelled(order_id=order.pk, credit_note_id=note.pk if note else None)
    return order


@transaction.atomic
def correct_billing_address(*, order_id: int, address: Mapping[str, str]) -> Order:
    """Mend what was misspelt: `address` has the fields of POSTAL_FIELDS that change.

    What was billed already is billed anew: a credit note takes the invoice back, and another has
    the right address. No money moves. Raises MoveRefused, and nothing changes, when the order is
    cancelled.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.status == Order.Status.CANCELLED:
        raise MoveRefused(f"Order {order.number} is cancelled: its papers stay as they are.")
    fields = {f"billing_{name}": value for name, value in address.items()}
    for name, value in fields.items():
        setattr(order, name, value)
    order.save(update_fields=[*fields, "updated_at"])
    touch_conversation(order_id=order.pk)
    if order.status in (Order.Status.PAID, Order.Status.DONE):
        lines, reason = list(order.lines.live()), "Billing address corrected"
        issue_credit_note(order=order, order_lines=lines, reason=reason, is_refund=False)
        issue_invoice(order=order)
    return order


def _move(order: Order, status: Order.Status) -> None:
    check_order_move(order, status)
    order.status = status
    order.save(update_fields=["status", "dispatch_by", "updated_at"])
