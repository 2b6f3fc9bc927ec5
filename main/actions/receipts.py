"""Enters a receipt in the ledger: money that is new, expected or already known."""

from django.db import IntegrityError, transaction

from main.errors import PaymentRefused
from main.gateways.payments import Receipt
from main.models import Order, Payment
from main.models.charges import LARGEST_AMOUNT
from main.models.foreign_text import isolated
from main.wording.money import money


def enter_receipt(
    *, order: Order, receipt: Receipt, recorded_by: int | None
) -> tuple[Payment, bool]:
    """The receipt's payment, and whether it is new.

    A pending payment becomes paid; so does one that had failed, lapsed or been recorded by mistake,
    since the money did arrive. Raises PaymentRefused if the amount is not positive or in another
    currency, or the receipt is known with another amount or for another order. The caller must have
    locked the order's row.
    """
    _check(order, receipt)
    payment = _known(order, receipt)
    if payment and payment.state == Payment.State.PAID:
        if payment.amount != receipt.amount:
            known = money(payment.amount, payment.currency)
            raise PaymentRefused(f"“{isolated(receipt.reference)}” was recorded with {known}.")
        return payment, False
    _check_room(order, receipt)
    payment = payment or Payment(order=order, way=receipt.way, reference=receipt.reference)
    payment.amount, payment.currency = receipt.amount, receipt.currency
    payment.state, payment.paid_at = Payment.State.PAID, receipt.at
    payment.recorded_by_id = recorded_by or payment.recorded_by_id
    _save(payment)
    return payment, True


def _check(order: Order, receipt: Receipt) -> None:
    if receipt.amount <= 0:
        raise PaymentRefused("A payment must be more than 0.")
    if receipt.currency != order.currency:
        raise PaymentRefused(
            f"Order {order.number} is in {order.currency}, the payment in {receipt.currency}."
        )


def _check_room(order: Order, receipt: Receipt) -> None:
    if order.balance.paid + receipt.amount > LARGEST_AMOUNT:
        most = money(LARGEST_AMOUNT, order.currency)
        raise PaymentRefused(f"For one order, at most {most} can be recorded as paid.")


def _known(order: Order, receipt: Receipt) -> Payment | None:
    """The payment that this receipt made before, or that is waiting for it."""
    if not receipt.reference:
        return None
    same = Payment.objects.filter(way=receipt.way, reference=receipt.reference)
    other = same.live().exclude(order=order).first()
    if other:
        raise PaymentRefused(
            f"“{isolated(receipt.reference)}” is the reference of a payment for order "
            f"{other.order.number}."
        )
    return same.filter(order=order).last()


def _save(payment: Payment) -> None:
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as error:  # another order's payment took it at the same moment
        raise PaymentRefused(
            f"“{isolated(payment.reference)}” has been recorded in the meantime."
        ) from error
