"""The words of a timeline's facts, made from kind and values.

The values of each kind, as `record_fact` takes them and Message.values stores them:

    placed     nothing
    paid       invoice: its number; free: true if there was nothing to pay
    part_paid  amount, due, currency
    overpaid   amount, surplus, currency
    unpaid     nothing for the whole order; amount, currency for a single payment
    sent       what `items` returns
    cancelled  the same; nothing for the whole order
    refunded   amount, currency; credit_note: its number, if there is one
    paid_back  amount, currency

Amounts are strings ("18.98"), since JSON has no decimals. main.actions.backfill adds the values to
facts that release 0.1.0 stored as sentences. If a sentence cannot be parsed, `verbatim` is its only
value, and Message.text keeps the sentence for ever.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import Truncator

from main.models import Invoice, Message, Payment, Refund
from main.models.foreign_text import isolated
from main.models.order_lines import OrderItem
from main.wording.money import money

NAME_LENGTH = 80
NAMED = 3
VERBATIM = "verbatim"

Values = Mapping[str, Any]


def items(rows: Iterable[OrderItem]) -> dict[str, Any]:
    """The first rows with quantities and names, and how many more there are."""
    named = [[row.quantity, row.name] for row in rows]
    return {"items": named[:NAMED], "more": max(len(named) - NAMED, 0)}


def paid(invoice: Invoice, *, is_free: bool) -> dict[str, Any]:
    """The invoice, and whether there was nothing to pay for it."""
    return {"invoice": invoice.number} | ({"free": True} if is_free else {})


def amount(entry: Payment | Refund) -> dict[str, str]:
    """The amount paid or refunded."""
    return {"amount": str(entry.amount), "currency": entry.currency}


def refund(promised: Refund) -> dict[str, str]:
    """What is refunded to the customer, and by which document."""
    note = promised.credit_note
    return amount(promised) | ({"credit_note": note.number} if note else {})


def message_text(message: Message) -> str:
    """What somebody said, or the words for what happened."""
    if message.values is None or VERBATIM in message.values:
        return message.text
    return fact_text(Message.Fact(message.fact), message.values)


def fact_text(fact: Message.Fact, values: Values) -> str:
    return _TEXTS[fact](values)


def item_text(quantity: int, name: str, *, length: int = NAME_LENGTH) -> str:
    """“2 × Emma”, with a long title shortened."""
    return f"{quantity} × {title_text(name, length=length)}"


def title_text(name: str, *, length: int = NAME_LENGTH) -> str:
    """A title within a sentence, shortened if it is long."""
    return isolated(Truncator(name).chars(length))


def _paid(values: Values) -> str:
    news = "There was nothing to pay." if values.get("free") else "The payment arrived."
    return f"{news} Invoice: {values['invoice']}."


def _part_paid(values: Values) -> str:
    return f"{_money(values)} arrived; {_money(values, 'due')} is still to be paid."


def _overpaid(values: Values) -> str:
    return f"{_money(values)} arrived: {_money(values, 'surplus')} more than was due."


def _unpaid(values: Values) -> str:
    if values.get("amount"):
        return f"A payment of {_money(values)} was recorded by mistake and has not arrived."
    return "The order had been marked paid by mistake: the payment has not arrived yet."


def _sent(values: Values) -> str:
    return f"Sent: {_listed(values)}."


def _cancelled(values: Values) -> str:
    return f"Cancelled: {_listed(values)}." if values.get("items") else "The order was cancelled."


def _refunded(values: Values) -> str:
    note = f" Credit note: {values['credit_note']}." if values.get("credit_note") else ""
    return f"{_money(values)} will be paid back.{note}"


def _paid_back(values: Values) -> str:
    return f"We have paid back {_money(values)}."


_TEXTS: dict[Message.Fact, Callable[[Values], str]] = {
    Message.Fact.PLACED: lambda _: "The order was placed.",
    Message.Fact.PAID: _paid,
    Message.Fact.PART_PAID: _part_paid,
    Message.Fact.OVERPAID: _overpaid,
    Message.Fact.UNPAID: _unpaid,
    Message.Fact.SENT: _sent,
    Message.Fact.CANCELLED: _cancelled,
    Message.Fact.REFUNDED: _refunded,
    Message.Fact.PAID_BACK: _paid_back,
}


def _listed(values: Values) -> str:
    """“2 × Emma, 1 × Dracula”: the first few, and how many more."""
    named = [item_text(quantity, name) for quantity, name in values["items"]]
    more = f", and {values['more']} more" if values["more"] else ""
    return ", ".join(named) + more


def _money(values: Values, name: str = "amount") -> str:
    return money(Decimal(values[name]), values["currency"])
