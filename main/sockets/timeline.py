"""What sockets read of a conversation: messages as lines of frames, and heads."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from main.models import Conversation, Message
from main.reports.conversations import Standing
from main.sockets.frames import Line, line


def followed_by(standing: Standing, item: Mapping[str, Any]) -> Standing:
    """The conversation's state after this message, without querying the database."""
    if item["seq"] <= standing.head or standing.turn is None:
        return standing
    author = {"who": item["who"], "name": item["author"]}
    turn = standing.turn.after(item["role"], at=item["at"], author=author)
    return replace(standing, head=item["seq"], turn=turn)


def read_after(order_id: int, seq: int, limit: int) -> list[Line]:
    return [line(message) for message in Message.objects.of(order_id).after(seq)[:limit]]


def read_before(order_id: int, seq: int, limit: int) -> list[Line]:
    """Newest first."""
    return [line(message) for message in Message.objects.of(order_id).before(seq)[:limit]]


def read_heads(order_ids: list[int]) -> dict[int, tuple[int, datetime]]:
    found = Conversation.objects.filter(pk__in=order_ids)
    rows = found.values_list("pk", "head", "changed_at")
    return {pk: (head, changed_at) for pk, head, changed_at in rows}
