"""Requests the payment of a placed order by the chosen way to pay."""

from django.db import transaction

from main.gateways.payments import Begun, BegunOutside, Demand, payment_way
from main.models import Order, Payment


def begin_payment(*, order: Order) -> Begun:
    """Start the payment of what is due, if the way to pay needs that; the ledger has it as pending.

    Not in a transaction, since it asks an outside service while nobody may hold locks. Begun twice,
    it is the same payment. Raises PaymentUnavailable.
    """
    way: object = payment_way(order.payment_way)
    if not isinstance(way, BegunOutside) or order.status != Order.Status.NEW or order.due <= 0:
        return Begun()
    begun = way.begin(
        Demand(
            order_number=order.number,
            amount=order.due,
            currency=order.currency,
            email=order.email,
        )
    )
    if begun.reference:
        _expect(order, begun)
    return begun


@transaction.atomic
def _expect(order: Order, begun: Begun) -> None:
    Payment.objects.live().get_or_create(
        way=order.payment_way,
        reference=begun.reference,
        defaults={
            "order": order,
            "amount": order.due,
            "currency": order.currency,
            "state": Payment.State.PENDING,
        },
    )
