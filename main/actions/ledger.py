"""The ledger of orders that are older than it, entered by their papers; what it leaves open."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from main.models import Balance, Invoice, OpenBalance, Order, Payment, Refund


@transaction.atomic
def enter_ledger(*, order: Order) -> bool:
    """Enter what came and went back for an order that is older than the ledger, by its papers.

    While a new release takes over, the one before still writes papers and no ledger: a refund of
    its making is entered as well. True when there was something to enter; a second call finds
    nothing. The order's row must be held by the caller.
    """
    documents = list(order.invoices.order_by("pk").prefetch_related("refunds"))
    before = {
        "order": order,
        "currency": order.currency,
        "way": order.payment_way,
        "is_before_ledger": True,
    }
    has_entered = _enter_payment(order, documents, before)
    if has_entered or order.payments.exists():
        has_entered |= _enter_refunds(documents, before)
    if has_entered:
        note_balance(order=order)
    return has_entered


def note_balance(*, order: Order) -> Balance:
    """Keep beside the order what lists are narrowed by (OpenBalance); return how it stands.

    The order's row must be held by the caller.
    """
    balance = order.balance
    if balance.is_part_paid or balance.overpaid:
        OpenBalance.objects.update_or_create(order=order, defaults={"due": balance.due})
    else:
        OpenBalance.objects.filter(order=order).delete()
    return balance


def _enter_payment(order: Order, documents: list[Invoice], before: dict[str, Any]) -> bool:
    """What was billed and not only on paper. A note that moved no money takes its invoice back."""
    if not documents or order.payments.exists():
        return False
    paper = [each for each in documents if not each.is_refund]
    paid = _gross(each for each in paper if not each.is_credit_note)
    paid -= _gross(each for each in paper if each.is_credit_note)
    if paid <= 0:
        return False
    at = documents[0].issued_at
    Payment.objects.create(amount=paid, state=Payment.State.PAID, paid_at=at, **before)
    return True


def _enter_refunds(documents: list[Invoice], before: dict[str, Any]) -> bool:
    missing = [each for each in documents if each.is_refund and not each.refunds.all()]
    Refund.objects.bulk_create(
        Refund(
            credit_note=note,
            amount=note.gross,
            state=Refund.State.DONE,
            done_at=note.issued_at,
            **before,
        )
        for note in missing
    )
    return bool(missing)


def _gross(documents: Iterable[Invoice]) -> Decimal:
    return sum((each.gross for each in documents), Decimal("0.00"))
