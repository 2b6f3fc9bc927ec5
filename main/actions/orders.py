"""What happens to an order after it was placed."""

from django.db import transaction
from django.utils import timezone

from main.actions.basket import add_to_basket
from main.actions.stock import put_back
from main.errors import ShopError
from main.models import BasketOwner, Order, OrderLine


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
def mark_order_paid(*, order_id: int) -> bool:
    """The transfer came: NEW becomes PAID. False, and no change, for any other status."""
    changed = Order.objects.filter(pk=order_id, status=Order.Status.NEW).update(
        status=Order.Status.PAID, updated_at=timezone.now()
    )
    return bool(changed)


@transaction.atomic
def cancel_order(*, order_id: int) -> bool:
    """The books go back to the shelf, once however often this is called.

    False, and no change, when the order is done or cancelled already or a part of it was sent.
    """
    cancellable = Order.objects.filter(status__in=[Order.Status.NEW, Order.Status.PAID])
    order = cancellable.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
    if order is None:
        return False
    lines = list(order.lines.all())
    if any(line.status == OrderLine.Status.SENT for line in lines):
        return False
    put_back(lines=[line for line in lines if line.status != OrderLine.Status.CANCELLED])
    order.lines.update(status=OrderLine.Status.CANCELLED)
    order.status = Order.Status.CANCELLED
    order.save(update_fields=["status", "updated_at"])
    return True
