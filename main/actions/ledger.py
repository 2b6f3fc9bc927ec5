"""The ledger of orders that are older than it: entered by their invoices and credit notes."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from main.models import Invoice, Order, Payment, Refund


@transaction.atomic
def enter_ledger(*, order: Order) -> bool:
    """Enter what came and went back for an order that is older than the ledger, by its papers.

    True when there was something to enter; a second call finds nothing. The order's row must be
    held by the caller.
    """
    documents = list(order.invoices.order_by("pk"))
    if not documents or order.payments.exists():
        return False
    refunds = [each for each in documents if each.is_refund]
    paper = [each for each in documents if not each.is_refund]
    paid = _gross(each for each in paper if not each.is_credit_note)
    paid -= _gross(each for each in paper if each.is_credit_note)
    if paid <= 0:
        return False
    before = {"currency": order.currency, "way": order.payment_way, "is_before_ledger": True}
    Payment.objects.create(
        order=order,
        amount=paid,
        state=Payment.State.PAID,
        paid_at=documents[0].issued_at,
        **before,
    )
    Refund.objects.bulk_create(
        Refund(
            order=order,
            credit_note=note,
            amount=note.gross,
            state=Refund.State.DONE,
            done_at=note.issued_at,
            **before,
        )
        for note in refunds
    )
    return True


def _gross(documents: Iterable[Invoice]) -> Decimal:
    return sum((each.gross for each in documents), Decimal("0.00"))
