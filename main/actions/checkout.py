"""Turning a checkout into an order."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from main import events
from main.actions import stock
from main.actions.checkout_filling import (
    choose_payment_way,
    follow_address_book,
    hold_checkout,
)
from main.actions.checkout_refusals import check_quote, check_stock, check_total
from main.actions.conversations import begin_conversation
from main.actions.order_limits import check_order_limits, note_origin
from main.actions.payments import settle
from main.actions.quotes import make_quote
from main.errors import (
    BasketEmpty,
    CheckoutIncomplete,
    PaymentWayRefused,
)
from main.gateways.payments import offered_ways
from main.models import (
    Basket,
    BasketLine,
    Charge,
    Checkout,
    Order,
    OrderCharge,
    OrderLine,
    Product,
    Quote,
)
from main.models.history import record_many


def place_order(
    *, checkout_id: UUID, quote: str, payment_way: str = "", client: str | None = None
) -> Order:
    """Order the contents of the checkout's basket, as offered, and take them from the stock.

    `quote` is the key of the Quote that the customer saw. `payment_way`, if given, is chosen first
    and stays chosen. A basket submitted several times makes one order, which later calls return. If
    nothing is to be paid, it is paid and billed at once. `client` is who asks, to be limited; the
    demo shop gives none, and is not.
    Raises a CheckoutRefused with the reason (main.errors), and then changes nothing.
    """
    if payment_way:
        choose_payment_way(checkout_id=checkout_id, code=payment_way)
    return _place(checkout_id, quote=quote, payment_way=payment_way, client=client)


@transaction.atomic
def _place(checkout_id: UUID, *, quote: str, payment_way: str, client: str | None) -> Order:
    checkout = hold_checkout(checkout_id)
    basket = checkout.basket
    if basket.status == Basket.Status.SUBMITTED:
        return basket.order
    follow_address_book(checkout)  # else a page from before a correction would use the old address
    if not checkout.is_complete:
        raise CheckoutIncomplete
    way = _agreed_way(payment_way or checkout.payment_way)
    if client is not None:
        check_order_limits(checkout, client=client)
    lines = _hold_books(basket)
    check_stock(lines)
    agreed = make_quote(checkout, lines=lines)
    check_quote(quote, checkout=checkout, now=agreed)
    check_total(agreed)
    order = _write_order(checkout, agreed, payment_way=way, client=client)
    products = {line.product_id: line.product for line in lines}
    _write_charges(order, agreed, products)
    stock.take(lines=lines, products=products, reason=f"Order {order.number} placed")
    _close(order, basket)
    return order


def _hold_books(basket: Basket) -> list[BasketLine]:
    """The basket's lines with their products, whose rows are locked. Raises BasketEmpty."""
    lines = list(basket.lines.order_by("pk"))
    if not lines:
        raise BasketEmpty
    products = Product.objects.locked().in_bulk([line.product_id for line in lines])
    for line in lines:
        line.product = products[line.product_id]
    return lines


def _agreed_way(chosen: str) -> str:
    """The chosen way to pay, or else the first on offer."""
    codes = [way.code for way in offered_ways()]
    if chosen and chosen not in codes:
        raise PaymentWayRefused
    return chosen or codes[0]


def _write_order(
    checkout: Checkout, agreed: Quote, *, payment_way: str, client: str | None
) -> Order:
    user, sums = checkout.basket.user, agreed.sums
    order = Order.objects.create(
        user=user,
        email=user.email if user else checkout.email,
        basket=checkout.basket,
        payment_way=payment_way,
        currency=agreed.currency,
        total=sums.gross,
        total_vat=sums.vat,
        **_address_of("billing", checkout.billing),
        **_address_of("shipping", checkout.shipping),
    )
    if client is not None:
        note_origin(order, client=client)
    return order


def _address_of(kind: str, fields: Mapping[str, str] | None) -> dict[str, str]:
    return {f"{kind}_{name}": value for name, value in (fields or {}).items()}


def _write_charges(order: Order, agreed: Quote, products: Mapping[int, Product]) -> None:
    lines = OrderLine.objects.bulk_create(
        OrderLine(order=order, product=products[int(book.code)], **_frozen(book))
        for book in agreed.books
    )
    record_many(lines, model=OrderLine, is_new=True, reason="Ordered")
    charges = OrderCharge.objects.bulk_create(
        OrderCharge(order=order, kind=charge.kind, code=charge.code, **_frozen(charge))
        for charge in agreed.extras
    )
    record_many(charges, model=OrderCharge, is_new=True, reason="Ordered")


def _frozen(charge: Charge) -> dict[str, object]:
    names = ("name", "unit_price", "tax_rate", "quantity")
    return {name: value for name, value in asdict(charge).items() if name in names}


def _close(order: Order, basket: Basket) -> None:
    basket.status = Basket.Status.SUBMITTED
    basket.save(update_fields=["status"])
    begin_conversation(order=order)
    events.order_placed(order_id=order.pk)
    if not order.total:
        settle(order=order)
