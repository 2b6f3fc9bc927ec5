"""Stretches of a conversation, as pages and answers show them: always in the order of their seq."""

from dataclasses import dataclass

from main.models import Conversation, Message, Role
from main.models.conversations import MessageQuerySet
from main.models.participants import who

A_PAGE, MOST = 50, 100


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some messages; `more`: there are further ones in the direction asked.

    `reads`: who (as in main.models.participants.who) has read up to which message.
    """

    head: int
    reads: dict[str, int]
    messages: list[Message]
    more: bool

    @property
    def items(self) -> list[dict]:
        return [message.item for message in self.messages]


def read_latest(order_id: int, *, limit: int = A_PAGE) -> Stretch:
    """The last ones; `more` are before them."""
    return _read(order_id, Message.objects.of(order_id).order_by("-seq"), limit)


def read_before(order_id: int, before: int, *, limit: int = A_PAGE) -> Stretch:
    return _read(order_id, Message.objects.of(order_id).before(before), limit)


def read_after(
    order_id: int, after: int, *, before: int | None = None, limit: int = A_PAGE
) -> Stretch:
    """The first after that number; with `before`, those between the two."""
    messages = Message.objects.of(order_id).after(after)
    if before is not None:
        messages = messages.filter(seq__lt=before)
    return _read(order_id, messages, limit)


def _read(order_id: int, ordered: MessageQuerySet, limit: int) -> Stretch:
    head, reads = _standing(order_id)
    found = list(ordered[: limit + 1])
    messages = sorted(found[:limit], key=lambda message: message.seq)
    # What was written between the two queries is shown, so the head is at least there.
    last = messages[-1].seq if messages else 0
    return Stretch(max(head, last), reads, messages, more=len(found) > limit)


def _standing(order_id: int) -> tuple[int, dict[str, int]]:
    """Head and read cursors; 0 and none where the order is older than its timeline."""
    joined = Conversation.objects.filter(pk=order_id).values_list(
        "head", "read_cursors__reader", "read_cursors__upto"
    )
    rows = list(joined)
    reads = {
        who(Role.STAFF if reader_id else Role.CUSTOMER, reader_id): upto
        for _, reader_id, upto in rows
        if upto is not None
    }
    return rows[0][0] if rows else 0, reads
