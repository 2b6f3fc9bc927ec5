"""A message of a conversation as sent in frames, API answers and pages (docs/conversation.md)."""

from typing import Any

from main.models import Message
from main.models.conversations import iso
from main.wording.facts import message_text


def message_item(message: Message) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "id": message.pk,
        "cid": str(message.cid) if message.cid else None,
        "kind": message.kind,
        "fact": message.fact or None,
        "who": message.who,
        "author": message.author_name,
        "role": message.role,
        "text": message_text(message),
        "at": iso(message.at),
    }
