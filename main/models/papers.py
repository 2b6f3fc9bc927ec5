"""What was paid and refunded according to an order's invoices and credit notes: gross amounts."""

from collections.abc import Iterable
from decimal import Decimal

from main.models.charges import NOTHING
from main.models.invoices import Invoice
from main.models.orders import Order

# The reasons for which release 0.1.0 credits an invoice on paper only. Other notes that move no
# money are this release's: they credit charges that are no longer due and do not reduce what was
# paid. main.wording.documents has the same words.
MENDING = {"Marked paid by mistake", "Billing address corrected"}


class Papers:
    """All that release 0.1.0 recorded about an order's money."""

    def __init__(self, order: Order) -> None:
        self.documents = sorted(order.invoices.all(), key=lambda document: document.pk)
        notes = [each for each in self.documents if each.is_credit_note]
        self.refunds = [note for note in notes if note.is_refund]
        billed = _sum(each for each in self.documents if not each.is_credit_note)
        mended = _sum(note for note in notes if note.reason in MENDING and not note.is_refund)
        self.paid = billed - mended
        self.is_undone = self.paid == _sum(self.refunds)


def _sum(documents: Iterable[Invoice]) -> Decimal:
    return sum((each.gross for each in documents), NOTHING)
