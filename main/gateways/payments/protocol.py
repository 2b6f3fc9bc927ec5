"""The interface of all ways to pay, from a bank transfer to a card provider."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be paid: the order's public number, and how much, VAT included."""

    order_number: str
    amount: Decimal
    currency: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A payment that was begun.

    If it has a `reference`, the outside world knows it, and the ledger has it as pending. The
    customer continues at `url`; if there is none, the page and the mail say what to do.
    """

    reference: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that arrived, as reported by staff, a bank statement or a provider's message.

    `reference` is the outside world's own name for it, or "". With a reference, a receipt reported
    twice counts once.
    """

    way: str
    amount: Decimal
    currency: str
    at: datetime
    reference: str = ""


class PaymentWay(Protocol):
    """`code` is stored with orders and payments; `label` is for customers and staff.

    `goes_back` ends the sentence about a refund: “We'll refund £5.00 to the account it came from.”
    """

    code: str
    label: str
    goes_back: str
    is_offered: bool

    def details(self, order_number: str) -> dict[str, str]:
        """What its templates show besides the order: an account, a reference."""
        ...


@runtime_checkable
class BegunOutside(Protocol):
    """A way whose payments begin at an outside service before money arrives: a card provider."""

    def begin(self, demand: Demand) -> Begun:
        """Start a payment; a second call for the same order returns the same payment.

        Raises PaymentUnavailable if the service cannot be reached.
        """
        ...
