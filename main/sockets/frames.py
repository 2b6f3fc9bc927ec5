"""The frames of the conversation's socket: how they are checked and written (docs/conversation.md).

Each is a JSON object with a `type`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from booktime.sight.close_codes import RESTARTING
from main.models import Message, Participant
from main.wording.messages import message_item

VERSION = 1
# Bytes in a client's frame. Ours may be larger, and Daphne has one limit for both directions: its
# flags allow 64 KiB, and larger client frames are refused here.
LARGEST = 16 * 1024
HIGHEST = 2**31 - 1
MOST = 100  # messages per frame
_CID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_ENOUGH = 48 * 1024  # bytes of messages per frame, but at least one message

REASONS = {
    "bad_frame": "That could not be read.",
    "too_long": "A frame has at most 16 KiB.",
    "bad_number": "That is not the number of a message.",
    "bad_cid": "Each message needs its own UUID.",
    "hello_first": "Say hello first.",
    "too_fast": "You are sending too fast. Please wait a moment.",
    "unavailable": "This could not be stored just now. Please send it again.",
}

dump = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


class BadFrame(Exception):
    """A frame that makes no sense; `code` says why."""

    def __init__(self, code: str = "bad_frame") -> None:
        super().__init__(code)
        self.code = code


class Line(NamedTuple):
    """A message as it goes into frames: made into JSON once, for everyone who gets it."""

    seq: int
    text: str
    item: Mapping[str, Any]


# --- From the client ------------------------------------------------------------------------


def read_frame(text: str | None) -> dict[str, Any]:
    try:
        frame = json.loads(text or "")
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(frame, dict):
        raise BadFrame
    return frame


def check_size(text: str | None) -> None:
    """Check after reading, so that the answer can name the message."""
    if len((text or "").encode()) > LARGEST:
        raise BadFrame("too_long")


def read_number(frame: Mapping[str, Any], name: str, *, default: int | None = None) -> int:
    value = frame.get(name, default)
    # In Python, True is an int too.
    if type(value) is not int or not 0 <= value <= HIGHEST:
        raise BadFrame("bad_number")
    return value


def read_cid(frame: Mapping[str, Any]) -> UUID:
    cid = frame.get("cid")
    if not isinstance(cid, str) or not _CID.fullmatch(cid):
        raise BadFrame("bad_cid")
    return UUID(cid)


# --- To the client --------------------------------------------------------------------------


def line(message: Message) -> Line:
    item = message_item(message)
    return Line(message.seq, dump(item), item)


def cut(lines: list[Line]) -> list[Line]:
    """As many of them as fit into a frame, but at least one."""
    size = 0
    for count, line in enumerate(lines):
        size += len(line.text.encode())
        if count and (size > _ENOUGH or count == MOST):
            return lines[:count]
    return lines


def messages(lines: Iterable[Line], *, more: bool) -> str:
    items = ",".join(line.text for line in lines)
    return f'{{"type":"messages","items":[{items}],"more":{"true" if more else "false"}}}'


def person(participant: Participant) -> dict[str, str]:
    return {"who": participant.who, "name": participant.name, "role": str(participant.role)}


def refused(code: str, *, cid: Any = None, text: str = "", retry_after: float | None = None) -> str:
    """Return the `cid` only if it looks like one."""
    return dump({
        "type": "refused",
        "cid": cid.lower() if isinstance(cid, str) and _CID.fullmatch(cid) else None,
        "code": code,
        "text": text or REASONS[code],
        "retry_after": retry_after,
    })  # fmt: skip


def ack(message: Message, *, dup: bool) -> str:
    item = message_item(message)
    stored = {name: item[name] for name in ("cid", "seq", "id", "at")}
    return dump({"type": "ack", **stored, "dup": dup})


def goodbye(after_ms: int) -> str:
    """The server restarts, or something it needs is away: reconnect after this time."""
    return dump({"type": "goodbye", "code": RESTARTING, "after_ms": after_ms})


def heartbeat(head: int, *, live: bool, n: int | None = None) -> str:
    frame = {"type": "heartbeat", "head": head, "live": live}
    return dump(frame if n is None else frame | {"n": n})
