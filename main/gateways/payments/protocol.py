"""What each way to pay is asked, and what it tells: for a card provider and a bank alike."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be paid: for which order (by its public number), and how much, VAT included."""

    order_number: str
    amount: Decimal
    currency: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A payment that was begun.

    With a `reference` the outside world knows it by now, and the ledger keeps it as pending. At
    `url` the customer goes on; without one the page and the mail say what to do.
    """

    reference: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that came, as staff, a bank statement or a provider's message report it.

    `reference` is the outside world's own name for it, "" where there is none; with one, the same
    receipt reported twice counts once.
    """

    way: str
    amount: Decimal
    currency: str
    at: datetime
    reference: str = ""


class PaymentWay(Protocol):
    """`code` is kept with orders and payments; `label` is for customers and staff.

    `goes_back` ends the sentence about a refund: “We'll refund £5.00 to the account it came from.”
    """

    code: str
    label: str
    goes_back: str
    is_offered: bool

    def facts(self, order_number: str) -> dict[str, str]:
        """What its templates say beside the order: an account, a reference."""
        ...


@runtime_checkable
class BegunOutside(Protocol):
    """A way whose payments the outside world knows before the money comes, as a card provider."""

    def begin(self, demand: Demand) -> Begun:
        """Start a payment; asked twice for one order, it is the same.

        Raises PaymentUnavailable when the outside world cannot be reached.
        """
        ...
