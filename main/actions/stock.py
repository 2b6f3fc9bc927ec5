"""The stock where it is neither sold nor imported: counted by staff, or given back."""

from collections.abc import Iterable

from django.db import transaction

from main.models import OrderLine, Product
from main.models.history import update_many


def hold_stock(*, product_id: int) -> int:
    """How many copies there are, for as long as the surrounding transaction lasts."""
    return Product.objects.locked().values_list("stock", flat=True).get(pk=product_id)


@transaction.atomic
def put_back(*, lines: Iterable[OrderLine], reason: str) -> None:
    """Give the stock back what these lines took; `reason` goes into the books' history."""
    returned = list(lines)
    products = Product.objects.locked().in_bulk([line.product_id for line in returned])
    for line in returned:
        products[line.product_id].stock += line.quantity
    update_many(products.values(), fields=["stock"], reason=reason)
