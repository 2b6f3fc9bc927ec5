"""The desk as Server-Sent Events: what one member of staff is told, and what they know already."""

import json
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from main.reports.customer_service import MOST_ROWS, Desk, Row, changed_since, read_desk

# What is committed late was changed before: by so much a resumed stream looks back further.
OVERLAP = timedelta(seconds=30)
LONGEST_AWAY = timedelta(hours=1)
_AHEAD = timedelta(seconds=5)
_MOST_CHANGED = 500  # beyond that a snapshot is shorter
RETRY = "retry: 2000\n\n"
COMMENT = ":\n\n"


class DeskTold:
    """What a stream has told of the desk, and what is to be told next.

    By construction what was told and told since is what a fresh read says. Asks the database.
    """

    def __init__(self, *, reader_id: int) -> None:
        self._reader_id = reader_id
        self._told: dict[int, int] = {}  # of each order on the desk, the hash of its row
        self._is_cut = False

    def begin(self, last_event_id: str = "") -> str:
        """The whole desk or, for who was here a while ago, what is new since."""
        desk = read_desk(reader_id=self._reader_id)
        since = _resumed_at(last_event_id, now=desk.at)
        changed = None
        if since is not None and not desk.is_cut:
            changed = changed_since(since - OVERLAP, most=_MOST_CHANGED)
        if changed is None:
            return self._snapshot(desk)
        self._remember(desk)
        upserts = [row for row in desk.rows if row["order"] in set(changed)]
        return self._frames(desk.at, upserts, set(changed) - self._told.keys())

    def catch_up(self, orders: Collection[int] | None = None) -> str:
        """What is new of these orders, or of all; empty when nothing is."""
        # Of a desk that is cut, any change may bring up something from below.
        if self._is_cut or (orders is not None and len(orders) > MOST_ROWS):
            orders = None
        desk = read_desk(reader_id=self._reader_id, only=orders)
        if orders is None and (desk.is_cut or self._is_cut):
            return self._catch_up_cut(desk)
        known = self._told.keys() if orders is None else self._told.keys() & set(orders)
        gone = known - {row["order"] for row in desk.rows}
        new = [row for row in desk.rows if self._told.get(row["order"]) != _hash(row)]
        told = {order: told for order, told in self._told.items() if order not in gone}
        told |= {row["order"]: _hash(row) for row in new}
        if len(told) > MOST_ROWS:
            return self.catch_up()
        self._told = told
        return self._frames(desk.at, new, gone)

    def _catch_up_cut(self, desk: Desk) -> str:
        told, was_cut = self._told, self._is_cut
        text = self._snapshot(desk)
        return "" if (told, was_cut) == (self._told, self._is_cut) else text

    def _snapshot(self, desk: Desk) -> str:
        self._remember(desk)
        at = _milliseconds(desk.at)
        return self._event("snapshot", desk.at, {"rows": desk.rows, "at": at, "cut": desk.is_cut})

    def _remember(self, desk: Desk) -> None:
        self._told = {row["order"]: _hash(row) for row in desk.rows}
        self._is_cut = desk.is_cut

    def _frames(self, at: datetime, upserts: Iterable[Row], removes: Iterable[int]) -> str:
        frames = [self._event("upsert", at, row) for row in upserts]
        frames += [self._event("remove", at, {"order": order}) for order in sorted(removes)]
        return "".join(frames)

    def _event(self, kind: str, at: datetime, data: Any) -> str:
        # An empty id is one too: who comes back without any gets a snapshot.
        name = "" if self._is_cut else str(_milliseconds(at))
        return f"event: {kind}\nid: {name}\ndata: {_json(data)}\n\n"


def presence_event(there: Any) -> str:
    """Without an id: it says all there is to say, so there is nothing to resume."""
    return f"event: presence\ndata: {_json(there)}\n\n"


def _resumed_at(last_event_id: str, *, now: datetime) -> datetime | None:
    """When the client was told of the desk last; None where that is too long ago, or nonsense."""
    if not re.fullmatch(r"[0-9]{1,13}", last_event_id, re.ASCII):
        return None
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(last_event_id))
    return at if now - LONGEST_AWAY <= at <= now + _AHEAD else None


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _json(data: Any) -> str:
    """On one line, as the stream's format wants it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _hash(row: Row) -> int:
    return hash(_json(row))
