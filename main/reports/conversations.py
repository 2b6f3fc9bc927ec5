"""The state of a conversation, and pages of its messages in the order of seq, for every door."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from main.models import Conversation, Message, Role
from main.models.conversations import MessageQuerySet, Turn, iso
from main.models.participants import staff, who
from main.wording.messages import message_item

A_PAGE, MOST = 50, 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation's state at `head`: everything that clients receive besides its messages.

    `reads`: who (see main.models.participants.who) has read up to which message. The time and
    person in `turn` are as sent to clients. None means unknown.
    """

    head: int = 0
    changed_at: datetime | None = None
    reads: dict[str, int] | None = None
    turn: Turn | None = None

    @property
    def conversation(self) -> dict[str, Any] | None:
        """What is only sent to staff."""
        if self.turn is None:
            return None
        return {
            "assignee": self.turn.assignee,
            "closed": self.turn.is_closed,
            "waiting_since": self.turn.waiting_since,
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive messages; `more`: there are further ones in the requested direction."""

    standing: Standing
    head: int
    messages: list[Message]
    more: bool

    @property
    def reads(self) -> dict[str, int]:
        return self.standing.reads or {}

    @property
    def items(self) -> list[dict[str, Any]]:
        return [message_item(message) for message in self.messages]


def read_standing(order_id: int) -> Standing:
    """The state; for an order without a conversation yet, that of one that just began."""
    joined = Conversation.objects.filter(pk=order_id).select_related("assignee")
    rows: list[Any] = list(
        joined.annotate(reader=F("read_cursors__reader"), upto=F("read_cursors__upto")).order_by()
    )
    if not rows:
        return Standing(reads={}, turn=Turn(None, None, is_closed=False))
    # One row per reader; each contains the conversation itself.
    reads = {
        who(Role.STAFF if row.reader else Role.CUSTOMER, row.reader): row.upto
        for row in rows
        if row.upto is not None
    }
    return Standing(rows[0].head, rows[0].changed_at, reads, _turn(rows[0]))


def read_latest(order_id: int, *, limit: int = A_PAGE) -> Stretch:
    """The last messages; `more`: there are earlier ones."""
    return _stretch(order_id, Message.objects.of(order_id).order_by("-seq"), limit)


def read_before(order_id: int, before: int, *, limit: int = A_PAGE) -> Stretch:
    return _stretch(order_id, Message.objects.of(order_id).before(before), limit)


def read_after(
    order_id: int, after: int, *, before: int | None = None, limit: int = A_PAGE
) -> Stretch:
    """The first messages after that number; with `before`, those in between."""
    messages = Message.objects.of(order_id).after(after)
    if before is not None:
        messages = messages.filter(seq__lt=before)
    return _stretch(order_id, messages, limit)


def _stretch(order_id: int, ordered: MessageQuerySet, limit: int) -> Stretch:
    standing = read_standing(order_id)
    found = list(ordered[: limit + 1])
    messages = sorted(found[:limit], key=lambda message: message.seq)
    # A message written between the two queries is included, so the head is at least its number.
    last = messages[-1].seq if messages else 0
    return Stretch(standing, max(standing.head, last), messages, more=len(found) > limit)


def _turn(conversation: Conversation) -> Turn:
    since = conversation.waiting_since
    colleague = staff(conversation.assignee) if conversation.assignee else None
    assignee = {"who": colleague.who, "name": colleague.name} if colleague else None
    return Turn(iso(since) if since else None, assignee, conversation.closed_at is not None)
