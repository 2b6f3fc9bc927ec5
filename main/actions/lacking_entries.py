"""What an order's ledger lacks compared with invoices and credit notes that 0.1.0 wrote."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from main.models import Order, Payment, Refund
from main.models.charges import NOTHING
from main.models.papers import Papers


class Lacking:
    """What an order's ledger lacks compared with its invoices and credit notes."""

    def __init__(self, order: Order) -> None:
        self.order, self.papers = order, Papers(order)
        self.entries = list(order.payments.all()) if self.papers.documents else []
        paid = (entry.amount for entry in self.entries if entry.state == Payment.State.PAID)
        self.paid = sum(paid, NOTHING)
        self.was_revoked = self._was_revoked()
        self.lacks = NOTHING if self.was_revoked else self._lacks()
        self.payment = self._payment()
        self.refunds = [] if self.was_revoked else list(self._refunds())

    def __bool__(self) -> bool:
        return bool(self.was_revoked or self.payment or self.refunds)

    def _was_revoked(self) -> bool:
        """Whether the invoice was undone as paid by mistake, but the payment still counts here."""
        is_new = self.order.status == Order.Status.NEW
        return is_new and self.papers.is_undone and self.paid > 0 >= self.order.due

    def _lacks(self) -> Decimal:
        """The missing payment; if the ledger has any, only what leaves a paid order due."""
        lacks = self.papers.paid - self.paid
        if lacks <= 0:
            return NOTHING
        is_settled = self.order.status == Order.Status.NEW or self.order.due <= 0
        return NOTHING if self.entries and is_settled else lacks

    def _payment(self) -> Payment | None:
        """The order's single payment from before the ledger: new, or increased."""
        if not self.lacks:
            return None
        known = next((each for each in self.entries if each.is_before_ledger), None)
        before = known.amount if known and known.state == Payment.State.PAID else NOTHING
        return Payment(
            pk=known.pk if known else None,
            amount=before + self.lacks,
            state=Payment.State.PAID,
            paid_at=self.papers.documents[-1 if self.entries else 0].issued_at,
            **self._before_ledger,
        )

    def _refunds(self) -> Iterator[Refund]:
        """One for each credit note without a refund, as far as the money covers it."""
        known = (
            {each.credit_note_id for each in self.order.refunds.all()} if self.entries else set()
        )
        notes = [note for note in self.papers.refunds if note.pk not in known]
        left = self.lacks - (self.order.due if self.entries and notes else NOTHING)
        for note in notes:
            amount = min(note.gross, left)
            if amount > 0:
                left -= amount
                yield Refund(
                    credit_note=note,
                    amount=amount,
                    state=Refund.State.DONE,
                    done_at=note.issued_at,
                    **self._before_ledger,
                )

    @property
    def _before_ledger(self) -> dict[str, Any]:
        order = self.order
        return {
            "order": order,
            "currency": order.currency,
            "way": order.payment_way,
            "is_before_ledger": True,
        }
