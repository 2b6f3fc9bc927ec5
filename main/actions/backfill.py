"""Brings rows of release 0.1.0 into today's form while the shop is open.

Payments and refunds enter the ledger from invoices and credit notes, which are only read; facts of
the timeline get their values. The rows themselves show what is left, so an interrupted backfill
continues where it stopped. It can be repeated, since 0.1.0 writes on until it is stopped.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from main.actions.ledger import enter_ledgers
from main.models import Invoice, Message, Order, Payment
from main.wording.facts import VERBATIM
from main.wording.old_facts import old_values

# Orders that one transaction locks: at first, and at most. The number adapts so that a transaction
# takes HELD_FOR seconds, however busy the machine is, and nobody waits long for an order.
AT_ONCE, AT_MOST = 20, 200
HELD_FOR = 0.2


@dataclass(slots=True)
class Backfilled:
    """What was done, and whether anything is left."""

    orders: int = 0  # orders whose ledger lacked something
    facts: int = 0
    verbatim: int = 0  # facts among them whose sentence could not be parsed
    in_use: int = 0  # orders that somebody else had locked
    is_complete: bool = False


def backfill(
    *, seconds: float | None = None, on_progress: Callable[[Backfilled], None] | None = None
) -> Backfilled:
    """Take orders over in batches, for at most `seconds`."""
    done, after, size, started = Backfilled(), 0, AT_ONCE, time.monotonic()
    while order_ids := _orders_of_before(after=after, size=size):
        begun = time.monotonic()
        _take_over(order_ids, done)
        after, size = order_ids[-1], _next_size(size, took=time.monotonic() - begun)
        if on_progress:
            on_progress(done)
        if seconds is not None and time.monotonic() - started > seconds:
            return done
    done.is_complete = not done.in_use
    return done


def _next_size(size: int, *, took: float) -> int:
    if took > HELD_FOR:
        return max(size // 2, 1)
    return min(size * 2, AT_MOST) if took < HELD_FOR / 3 else size


def _orders_of_before(*, after: int, size: int) -> list[int]:
    """The next orders that have a fact without values, or an invoice but no payment."""
    told = Message.objects.filter(kind=Message.Kind.SYSTEM, values__isnull=True)
    told = told.filter(conversation__gt=after).order_by("conversation")
    payments = Payment.objects.filter(order=OuterRef("order"))
    billed = Invoice.objects.filter(~Exists(payments), order__gt=after).order_by("order")
    found = [
        *told.values_list("conversation", flat=True).distinct()[:size],
        *billed.values_list("order", flat=True).distinct()[:size],
    ]
    return sorted(set(found))[:size]


@transaction.atomic
def _take_over(order_ids: list[int], done: Backfilled) -> None:
    parts = ("lines", "charges", "invoices", "payments", "refunds")
    orders = list(Order.objects.free().filter(pk__in=order_ids).prefetch_related(*parts))
    done.in_use += len(order_ids) - len(orders)
    done.orders += len(enter_ledgers(orders=orders))
    facts = _facts_of(orders)
    _save(facts)
    done.facts += len(facts)
    done.verbatim += sum(VERBATIM in (fact.values or {}) for fact in facts)


def _facts_of(orders: Iterable[Order]) -> list[Message]:
    """The orders' old facts with their values, unsaved."""
    by_key = {order.pk: order for order in orders}
    old = Message.objects.filter(kind=Message.Kind.SYSTEM, values__isnull=True)
    facts = list(old.filter(conversation__in=by_key))
    for fact in facts:
        fact.values = old_values(fact, order=by_key[fact.conversation_id])
    return facts


def _save(facts: list[Message]) -> None:
    """Most have no values: one short statement writes all of these."""
    empty = [fact.pk for fact in facts if not fact.values]
    Message.objects.filter(pk__in=empty).update(values={})
    Message.objects.bulk_update([fact for fact in facts if fact.values], ["values"])
