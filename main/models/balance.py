"""What shop and customer still owe each other for an order: gross, in the order's currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from main.models.charges import CENT, NOTHING
from main.models.payments import Payment, Refund

Order = Any  # main.models.orders builds on this module
_SUMS = ("ledger_paid", "ledger_refunded", "ledger_to_refund")
_AMOUNT = DecimalField(max_digits=10, decimal_places=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What was charged, paid and refunded, and which refunds are promised."""

    charged: Decimal
    paid: Decimal = NOTHING
    refunded: Decimal = NOTHING
    to_refund: Decimal = NOTHING

    @property
    def due(self) -> Decimal:
        """What is still to be paid; negative if more was paid than charged and promised back.

        A discount may be left over from cancelled books: it makes nobody owe more than was paid.
        """
        return max(self.charged, NOTHING) - self.paid + self.refunded + self.to_refund

    @property
    def overpaid(self) -> Decimal:
        return max(-self.due, NOTHING)

    @property
    def is_open(self) -> bool:
        """Whether something was paid, but not exactly what is due."""
        return self.is_part_paid or self.overpaid > 0

    @property
    def is_part_paid(self) -> bool:
        return self.due > 0 and self.paid > self.refunded + self.to_refund


def balance_of(order: Order) -> Balance:
    """From charges and ledger; from the documents if it was settled before there was a ledger."""
    sums = _sums_in(order)
    if not sums["has_payments"]:
        return _before_ledger(order)
    return Balance(
        charged=order.charged,
        paid=sums["ledger_paid"],
        refunded=sums["ledger_refunded"],
        to_refund=sums["ledger_to_refund"],
    )


def with_ledger(orders: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate the orders with the sums of the ledger that `balance_of` needs."""
    payments = Payment.objects.filter(order=OuterRef("pk"))
    refunds = Refund.objects.filter(order=OuterRef("pk"))
    return orders.annotate(
        ledger_paid=_sum_of(payments.filter(state=Payment.State.PAID)),
        ledger_refunded=_sum_of(refunds.filter(state=Refund.State.DONE)),
        ledger_to_refund=_sum_of(refunds.filter(state=Refund.State.REQUESTED)),
        has_payments=Exists(payments),
    )


def _sum_of(entries: QuerySet[Any]) -> Coalesce:
    total = entries.order_by().values("order").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), NOTHING, output_field=_AMOUNT)


def _sums_in(order: Order) -> dict[str, Any]:
    """The sums that `with_ledger` annotated, or else those of the ledger's rows."""
    if hasattr(order, "ledger_paid"):
        # SQLite has no decimal type: its 30 is our 30.00.
        sums = {name: getattr(order, name).quantize(CENT) for name in _SUMS}
        return sums | {"has_payments": order.has_payments}
    payments, refunds = list(order.payments.all()), list(order.refunds.all())
    return {
        "ledger_paid": _total(payments, Payment.State.PAID),
        "ledger_refunded": _total(refunds, Refund.State.DONE),
        "ledger_to_refund": _total(refunds, Refund.State.REQUESTED),
        "has_payments": bool(payments),
    }


def _total(entries: Iterable[Payment | Refund], state: str) -> Decimal:
    return sum((entry.amount for entry in entries if entry.state == state), NOTHING)


def _before_ledger(order: Order) -> Balance:
    """A new order counts as unpaid, but for refunds made before it was marked unpaid."""
    charged = order.charged
    refunded = sum((note.gross for note in order.invoices.all() if note.is_refund), NOTHING)
    came = NOTHING if order.status == order.Status.NEW else max(charged, NOTHING)
    return Balance(charged=charged, paid=came + refunded, refunded=refunded)
