"""Looks up the heads of conversations for heartbeats: one query for all asked within a moment."""

import asyncio
import logging
from collections.abc import Callable

from booktime.sight import outages
from main.sockets import threads, timeline
from main.sockets.rooms import Room

logger = logging.getLogger(__name__)

MOMENT = 0.1  # seconds
_AT_ONCE = 500


class HeadLookup:
    def __init__(self) -> None:
        self._asking: dict[Room, list[Callable[[], None]]] = {}
        self._task: asyncio.Task[None] | None = None

    def ask(self, room: Room, then: Callable[[], None] | None = None) -> None:
        """Have the room catch up, then call `then`.

        While the database is away `then` is called all the same: the socket may stay.
        """
        waiting = self._asking.setdefault(room, [])
        if then:
            waiting.append(then)
        if self._task is None:
            self._task = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        try:
            while self._asking:
                await asyncio.sleep(MOMENT)
                some = list(self._asking)[:_AT_ONCE]
                await self._answer_some({room: self._asking.pop(room) for room in some})
        finally:
            self._task = None

    async def _answer_some(self, asking: dict[Room, list[Callable[[], None]]]) -> None:
        ids = [room.order_id for room in asking]
        try:
            found = await threads.run(timeline.read_heads, ids)
        except Exception as error:
            outages.log(logger, "Heads could not be read", error)
            found = {}
        for room, waiting in asking.items():
            if room.order_id in found:
                head, changed_at = found[room.order_id]
                room.look(head)
                if changed_at != room.standing.changed_at:
                    # Read cursors, waiting or assignee changed, and the nudge may have been lost.
                    room.read_standing()
            for then in waiting:
                then()
