"""What sockets read of a conversation: messages as lines of frames, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from main.models import Conversation, Message, ReadCursor
from main.models.conversations import Turn, iso
from main.participants import staff
from main.sockets.frames import Line, line


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands at `head`: besides its messages, all that a client is told."""

    head: int = 0
    changed_at: datetime | None = None
    reads: dict[str, int] | None = None
    conversation: dict[str, Any] | None = None


def read_standing(order_id: int) -> Standing:
    conversation = Conversation.objects.filter(pk=order_id).select_related("assignee").first()
    if conversation is None:
        return Standing(reads={}, conversation=_as_told(Turn(None, None, is_closed=False)))
    cursors = ReadCursor.objects.filter(conversation=order_id)
    return Standing(
        head=conversation.head,
        changed_at=conversation.changed_at,
        reads={cursor.who: cursor.upto for cursor in cursors},
        conversation=_for_staff(conversation),
    )


def followed_by(standing: Standing, item: Mapping[str, Any]) -> Standing:
    """How it stands after this message, without a look at the database."""
    known = standing.conversation
    if item["seq"] <= standing.head or known is None:
        return standing
    turn = Turn(known["waiting_since"], known["assignee"], known["closed"])
    author = {"who": item["who"], "name": item["author"]}
    turn = turn.after(item["role"], at=item["at"], author=author)
    return replace(standing, head=item["seq"], conversation=_as_told(turn))


def read_after(order_id: int, seq: int, limit: int) -> list[Line]:
    return [line(message) for message in Message.objects.of(order_id).after(seq)[:limit]]


def read_before(order_id: int, seq: int, limit: int) -> list[Line]:
    """The newest first."""
    return [line(message) for message in Message.objects.of(order_id).before(seq)[:limit]]


def read_heads(order_ids: list[int]) -> dict[int, tuple[int, datetime]]:
    found = Conversation.objects.filter(pk__in=order_ids)
    return {pk: rest for pk, *rest in found.values_list("pk", "head", "changed_at")}


def _for_staff(conversation: Conversation) -> dict[str, Any]:
    assignee, since = conversation.assignee, conversation.waiting_since
    colleague = staff(assignee) if assignee else None
    assigned = {"who": colleague.who, "name": colleague.name} if colleague else None
    is_closed = conversation.closed_at is not None
    return _as_told(Turn(iso(since) if since else None, assigned, is_closed))


def _as_told(turn: Turn) -> dict[str, Any]:
    return {
        "assignee": turn.assignee,
        "closed": turn.is_closed,
        "waiting_since": turn.waiting_since,
    }
