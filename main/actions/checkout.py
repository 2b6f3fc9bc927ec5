"""Turning a basket into an order."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from main import events
from main.actions import stock
from main.actions.conversations import begin_conversation
from main.errors import BasketChanged, BasketEmpty
from main.models import (
    Basket,
    BasketLine,
    BasketOwner,
    Order,
    OrderLine,
    PostalAddress,
    Product,
    add_up,
)
from main.models.history import record_many


@transaction.atomic
def place_order(
    *,
    owner: BasketOwner,
    basket_id: int,
    email: str,
    billing: PostalAddress,
    shipping: PostalAddress,
    expected_total: Decimal,
) -> Order:
    """Order what is in the basket, at today's prices, and take it from the stock.

    However often the same basket is submitted, there is one order: the later calls return it.
    Raises BasketEmpty when there is nothing to order, BasketChanged when the basket is not (or no
    longer) the owner's, a book is no longer to be had or the sum is not `expected_total` (what
    the customer saw); then nothing changes.
    """
    basket = Basket.objects.locked().owned_by(owner).filter(pk=basket_id).first()
    if basket is None:
        raise BasketChanged("Your basket has changed in the meantime. Please check it again.")
    if basket.status == Basket.Status.SUBMITTED:
        return basket.order
    lines = list(basket.lines.order_by("pk"))
    if not lines:
        raise BasketEmpty("Your basket is empty.")
    products = Product.objects.locked().in_bulk([line.product_id for line in lines])
    for line in lines:
        line.product = products[line.product_id]
    _check_nothing_changed(lines, expected_total=expected_total)
    order = _write_order(owner=owner, basket=basket, email=email, billing=billing,
                         shipping=shipping, lines=lines)  # fmt: skip
    stock.take(lines=lines, products=products, reason=f"Order {order.number} placed")
    basket.status = Basket.Status.SUBMITTED
    basket.save(update_fields=["status"])
    begin_conversation(order=order)
    events.order_placed(order_id=order.pk)
    return order


def _check_nothing_changed(lines: Sequence[BasketLine], *, expected_total: Decimal) -> None:
    for line in lines:
        if line.available is None:
            continue
        raise BasketChanged(_what_is_left(line))
    if add_up(lines).gross != expected_total:
        raise BasketChanged(
            "Your basket or a price has changed in the meantime. Please check your order again."
        )


def _what_is_left(line: BasketLine) -> str:
    name = f"“{line.product.name}”"
    if not line.available:
        return f"{name} is no longer available."
    copies = "copy" if line.available == 1 else "copies"
    return (
        f"Only {line.available} {copies} of {name} {'is' if line.available == 1 else 'are'} left."
    )


def _write_order(
    *,
    owner: BasketOwner,
    basket: Basket,
    email: str,
    billing: PostalAddress,
    shipping: PostalAddress,
    lines: Sequence[BasketLine],
) -> Order:
    sums = add_up(lines)
    order = Order.objects.create(
        user_id=owner.user_id,
        email=email,
        basket=basket,
        currency=settings.CURRENCY,
        total=sums.gross,
        total_vat=sums.vat,
        **{f"billing_{name}": value for name, value in asdict(billing).items()},
        **{f"shipping_{name}": value for name, value in asdict(shipping).items()},
    )
    written = OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=line.product,
            name=line.product.name,
            unit_price=line.product.price,
            tax_rate=line.product.tax_rate,
            quantity=line.quantity,
        )
        for line in lines
    )
    record_many(written, model=OrderLine, is_new=True, reason="Ordered")
    return order
