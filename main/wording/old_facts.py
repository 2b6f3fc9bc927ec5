"""Parses the English sentences that release 0.1.0 stored into a fact's values."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from main.models import Message, Order, OrderLine
from main.wording.facts import NAMED, VERBATIM, fact_text, item_text

_PAID = re.compile(r"The payment arrived\. Invoice: (?P<invoice>\S+)\.")
_REFUNDED = re.compile(
    r"\D*(?P<amount>[\d,]+\.\d\d) will be paid back\. Credit note: (?P<credit_note>\S+)\."
)
_LISTED = re.compile(r"(?:Sent|Cancelled): (?P<listed>.+)\.", re.DOTALL)
_MORE = re.compile(r"(?P<listed>.+), and (?P<more>\d+) more", re.DOTALL)

Values = dict[str, Any]


def old_values(message: Message, *, order: Order) -> Values:
    """The values whose words are exactly the stored text.

    If there are none, the text itself is kept for ever (VERBATIM). Load the order with its lines.
    """
    fact = Message.Fact(message.fact)
    values = _READERS[fact](message.text, order) if fact in _READERS else {}
    is_same = values is not None and fact_text(fact, values) == message.text
    return values if values is not None and is_same else {VERBATIM: True}


def _paid(text: str, order: Order) -> Values | None:
    found = _PAID.fullmatch(text)
    return found.groupdict() if found else None


def _refunded(text: str, order: Order) -> Values | None:
    found = _REFUNDED.fullmatch(text)
    if not found:
        return None
    amount = str(Decimal(found["amount"].replace(",", "")))
    return {"amount": amount, "currency": order.currency, "credit_note": found["credit_note"]}


def _cancelled(text: str, order: Order) -> Values | None:
    return _items(text, order) if _LISTED.fullmatch(text) else {}


def _items(text: str, order: Order) -> Values | None:
    """Match the order's own lines: a title may contain commas, “ × ” and even “, and 3 more”."""
    found = _LISTED.fullmatch(text)
    if not found:
        return None
    lines = list(order.lines.all())
    if items := _named(found["listed"], _candidates(lines), NAMED):
        return {"items": items, "more": 0}
    more = _MORE.fullmatch(found["listed"])
    items = _named(more["listed"], _candidates(lines), NAMED) if more else None
    if not (more and items) or len(items) < NAMED:
        return None
    return {"items": items, "more": int(more["more"])}


Candidate = tuple[int, list[list[Any]]]  # a line's key, and what it may have been listed as


def _candidates(lines: Sequence[OrderLine]) -> list[Candidate]:
    """Each line with its current quantity, and with those before copies moved to other rows."""
    by_key = {line.pk: line for line in lines}
    whole: Counter[int] = Counter()
    for line in lines:
        root = line
        while root.split_from_id in by_key:
            root = by_key[root.split_from_id]
        whole[root.pk] += line.quantity
    quantities = {line.pk: {line.quantity, whole[line.pk] or line.quantity} for line in lines}
    return [
        (line.pk, [[quantity, line.name] for quantity in quantities[line.pk]]) for line in lines
    ]


def _named(listed: str, candidates: list[Candidate], most: int) -> list[list[Any]] | None:
    """The lines that the text lists, each once; None if it lists anything else."""
    for key, items in candidates:
        for item in items:
            text = item_text(*item)
            if listed == text:
                return [item]
            if most > 1 and listed.startswith(f"{text}, "):
                others = [other for other in candidates if other[0] != key]
                if rest := _named(listed.removeprefix(f"{text}, "), others, most - 1):
                    return [item, *rest]
    return None


_READERS: dict[Message.Fact, Callable[[str, Order], Values | None]] = {
    Message.Fact.PAID: _paid,
    Message.Fact.SENT: _items,
    Message.Fact.CANCELLED: _cancelled,
    Message.Fact.REFUNDED: _refunded,
}
