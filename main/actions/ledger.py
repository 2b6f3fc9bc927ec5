"""Derives ledger entries for what release 0.1.0 did, which had no ledger; notes open balances.

This is not only about the past: 0.1.0 still runs during a push, and again after a rollback.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from main.actions.lacking_entries import Lacking
from main.models import Balance, OpenBalance, Order, Payment, Refund


def enter_ledger(*, order: Order) -> bool:
    """Enter payments and refunds that an order's documents show but its ledger lacks.

    Returns whether there were any; a second call finds none. The caller must have locked the
    order's row.
    """
    return bool(enter_ledgers(orders=[order]))


@transaction.atomic
def enter_ledgers(*, orders: Iterable[Order]) -> list[Order]:
    """Do so for many orders, each locked by the caller; return those that lacked entries."""
    lacking = [each for order in orders if (each := Lacking(order))]
    payments = [each.payment for each in lacking if each.payment]
    known = [payment for payment in payments if payment.pk]
    Payment.objects.bulk_create(payment for payment in payments if not payment.pk)
    Payment.objects.bulk_update(known, ["amount", "state", "paid_at"])
    Refund.objects.bulk_create(refund for each in lacking for refund in each.refunds)
    for each in lacking:
        if each.was_revoked:
            _revoke(each.order)
    _note_balances(each.order for each in lacking)
    return [each.order for each in lacking]


def note_balance(*, order: Order) -> Balance:
    """Update the order's OpenBalance, by which lists filter; return its balance.

    The caller must have locked the order's row.
    """
    balance = order.balance
    if balance.is_open:
        OpenBalance.objects.update_or_create(order=order, defaults={"due": balance.due})
    else:
        OpenBalance.objects.filter(order=order).delete()
    return balance


def _revoke(order: Order) -> None:
    """Fail payments and refunds: money that never arrived is not paid back."""
    failed = {"state": Payment.State.FAILED, "updated_at": timezone.now()}
    order.payments.paid().update(**failed)
    promised = Q(state=Refund.State.REQUESTED) | Q(is_before_ledger=True)
    order.refunds.filter(promised).update(**failed | {"state": Refund.State.FAILED})


def _note_balances(orders: Iterable[Order]) -> None:
    """Nearly all are balanced. Reads the orders again, since their ledgers have just changed."""
    keys = [order.pk for order in orders]
    if not keys:
        return
    anew = Order.objects.with_ledger().filter(pk__in=keys).prefetch_related("lines", "charges")
    still_open = [order for order in anew if order.balance.is_open]
    for order in still_open:
        note_balance(order=order)
    OpenBalance.objects.filter(order__in=keys).exclude(order__in=still_open).delete()
