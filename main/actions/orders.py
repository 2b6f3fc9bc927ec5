"""What happens to an order after it was placed."""

from django.db import transaction

from main.actions.basket import add_to_basket
from main.errors import ShopError
from main.models import BasketOwner, Order


@transaction.atomic
def order_again(*, owner: BasketOwner, order: Order) -> list[str]:
    """Put the order's books in the basket again; return a sentence for each that cannot be."""
    refusals = []
    for line in order.lines.all():
        try:
            add_to_basket(owner=owner, product_id=line.product_id, quantity=line.quantity)
        except ShopError as error:
            refusals.append(str(error))
    return refusals


@transaction.atomic
def mark_order_paid(*, order_id: int) -> bool:
    """The transfer came: NEW becomes PAID. False, and no change, for any other status."""
    changed = Order.objects.filter(pk=order_id, status=Order.Status.NEW).update(
        status=Order.Status.PAID
    )
    return bool(changed)
