"""The e-mails about part payments, overpayments and refunds."""

from main.emails.letters import Letter, mail
from main.emails.orders import about, read_order, refund_context
from main.models.charges import NOTHING


@mail
def order_part_paid(*, order_id: int, payment_id: int) -> Letter | None:
    """Say how much arrived and what is missing; None once all is paid, as another mail says so."""
    order = read_order(order_id)
    if not order.balance.is_part_paid:
        return None
    return about(order, came=order.payments.get(pk=payment_id))


@mail
def order_overpaid(*, order_id: int, payment_id: int) -> Letter | None:
    """Say how much of it was too much; None if that has been settled meanwhile."""
    order = read_order(order_id)
    came, balance = order.payments.get(pk=payment_id), order.balance
    surplus = min(balance.overpaid + balance.to_refund, came.amount)
    return about(order, came=came, surplus=surplus) if surplus > NOTHING else None


@mail
def refund_paid(*, order_id: int, refund_id: int) -> Letter:
    """Say that money is on its way back."""
    order = read_order(order_id)
    return about(
        order, **refund_context(order.refunds.select_related("credit_note").get(pk=refund_id))
    )


@mail
def refund_changed(*, order_id: int, payment_id: int, refund_id: int | None) -> Letter:
    """Say which payment did not arrive, and what is refunded now instead of the promised sum."""
    order = read_order(order_id)
    back = refund_context(order.refunds.get(pk=refund_id)) if refund_id else {}
    return about(order, dropped=order.payments.get(pk=payment_id), **back)
