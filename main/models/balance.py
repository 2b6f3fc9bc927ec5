"""How an order stands between the shop and its customer. Amounts are gross, in its currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from main.models.charges import NOTHING

if TYPE_CHECKING:
    from main.models.payments import Payment, Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is charged, what came, what went back, and what is promised to go back."""

    charged: Decimal
    paid: Decimal = NOTHING
    refunded: Decimal = NOTHING
    to_refund: Decimal = NOTHING

    @classmethod
    def of(
        cls, *, charged: Decimal, payments: "Iterable[Payment]", refunds: "Iterable[Refund]"
    ) -> "Balance":
        refunds = list(refunds)
        return cls(
            charged=charged,
            paid=_sum(payments, state="paid"),
            refunded=_sum(refunds, state="done"),
            to_refund=_sum(refunds, state="requested"),
        )

    @classmethod
    def before_ledger(cls, *, charged: Decimal, credited: Iterable[Decimal]) -> "Balance":
        """Of an order that was settled before there was a ledger, and is not entered yet."""
        refunded = sum(credited, NOTHING)
        return cls(charged=charged, paid=charged + refunded, refunded=refunded)

    @property
    def due(self) -> Decimal:
        """Still to be paid; negative where more came than is charged or on its way back."""
        return self.charged - self.paid + self.refunded + self.to_refund

    @property
    def overpaid(self) -> Decimal:
        return max(-self.due, NOTHING)

    @property
    def is_part_paid(self) -> bool:
        return self.due > 0 and self.paid > 0


def _sum(entries: "Iterable[Payment | Refund]", *, state: str) -> Decimal:
    return sum((entry.amount for entry in entries if entry.state == state), NOTHING)
