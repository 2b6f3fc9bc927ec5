"""The events of customer service's stream: what one reader already knows, and what comes next."""

import json
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from main.reports.customer_service import (
    MOST_ROWS,
    OpenConversations,
    Row,
    changed_since,
    read_open_conversations,
)

# A change may be committed after a later one: a resumed stream looks back this much further.
OVERLAP = timedelta(seconds=30)
LONGEST_AWAY = timedelta(hours=1)
_AHEAD = timedelta(seconds=5)
_MOST_CHANGED = 500  # with more, a snapshot is shorter
RETRY = "retry: 2000\n\n"
COMMENT = ":\n\n"


class CustomerServiceEvents:
    """What one stream has sent of the open conversations, and what it must send next.

    By construction, what was sent adds up to what a fresh read returns. Queries the database.
    """

    def __init__(self, *, reader_id: int) -> None:
        self._reader_id = reader_id
        self._told: dict[int, int] = {}  # by order, the hash of the row as it was sent
        self._is_cut = False

    def begin(self, last_event_id: str = "") -> str:
        """The whole list, or for a client that comes back soon only what is new."""
        found = read_open_conversations(reader_id=self._reader_id)
        since = _resumed_at(last_event_id, now=found.at)
        changed = None
        if since is not None and not found.is_cut:
            changed = changed_since(since - OVERLAP, most=_MOST_CHANGED)
        if changed is None:
            return self._snapshot(found)
        self._remember(found)
        upserts = [row for row in found.rows if row["order"] in set(changed)]
        return self._frames(found.at, upserts, set(changed) - self._told.keys())

    def catch_up(self, orders: Collection[int] | None = None) -> str:
        """What is new about these orders, or about all; empty if nothing is."""
        # When the list is cut, any change may bring up a row from below the cut.
        if self._is_cut or (orders is not None and len(orders) > MOST_ROWS):
            orders = None
        found = read_open_conversations(reader_id=self._reader_id, only=orders)
        if orders is None and (found.is_cut or self._is_cut):
            return self._catch_up_cut(found)
        known = self._told.keys() if orders is None else self._told.keys() & set(orders)
        gone = known - {row["order"] for row in found.rows}
        new = [row for row in found.rows if self._told.get(row["order"]) != _hash(row)]
        told = {order: told for order, told in self._told.items() if order not in gone}
        told |= {row["order"]: _hash(row) for row in new}
        if len(told) > MOST_ROWS:
            return self.catch_up()
        self._told = told
        return self._frames(found.at, new, gone)

    def _catch_up_cut(self, found: OpenConversations) -> str:
        told, was_cut = self._told, self._is_cut
        text = self._snapshot(found)
        return "" if (told, was_cut) == (self._told, self._is_cut) else text

    def _snapshot(self, found: OpenConversations) -> str:
        self._remember(found)
        at = _milliseconds(found.at)
        return self._event(
            "snapshot", found.at, {"rows": found.rows, "at": at, "cut": found.is_cut}
        )

    def _remember(self, found: OpenConversations) -> None:
        self._told = {row["order"]: _hash(row) for row in found.rows}
        self._is_cut = found.is_cut

    def _frames(self, at: datetime, upserts: Iterable[Row], removes: Iterable[int]) -> str:
        frames = [self._event("upsert", at, row) for row in upserts]
        frames += [self._event("remove", at, {"order": order}) for order in sorted(removes)]
        return "".join(frames)

    def _event(self, kind: str, at: datetime, data: Any) -> str:
        # An empty id counts as well: a client that resumes with it gets a snapshot.
        name = "" if self._is_cut else str(_milliseconds(at))
        return f"event: {kind}\nid: {name}\ndata: {_json(data)}\n\n"


def presence_event(there: Any) -> str:
    """Without an id: it is always complete, so there is nothing to resume."""
    return f"event: presence\ndata: {_json(there)}\n\n"


def _resumed_at(last_event_id: str, *, now: datetime) -> datetime | None:
    """When the client last heard from us; None if that is too long ago, or not a time."""
    if not re.fullmatch(r"[0-9]{1,13}", last_event_id, re.ASCII):
        return None
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(last_event_id))
    return at if now - LONGEST_AWAY <= at <= now + _AHEAD else None


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _json(data: Any) -> str:
    """On one line, as the stream's format requires."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _hash(row: Row) -> int:
    return hash(_json(row))
