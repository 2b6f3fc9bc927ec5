"""What customer service streams of a process share: nudges, and who is in which conversation."""

import asyncio
import logging
from operator import itemgetter
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from booktime.sight import outages
from booktime.sight.log_context import of_nobody
from main.broadcasts import CUSTOMER_SERVICE, person_group, session_group
from main.gateways import presence
from main.sockets.customer_service_events import presence_event
from main.sockets.subscriptions import REJOIN, Subscriptions

logger = logging.getLogger(__name__)
EVERY = 5  # seconds between two looks at who is online


class Listener(Protocol):
    session_digest: str
    reader_id: int

    def note_change(self, order_id: int) -> None: ...
    def note_presence(self, event: str) -> None: ...
    def note_gap(self) -> None: ...
    def check_rights(self) -> None: ...
    def end(self) -> None: ...


class CustomerServiceHub:
    """One per event loop: see `the_customer_service_hub`."""

    def __init__(self) -> None:
        self._subscriptions = Subscriptions(self._hear)
        self._listeners: set[Listener] = set()
        self._there = ""
        self._upkeep: asyncio.Task[None] | None = None

    async def join(self, listener: Listener) -> None:
        """From now on the listener hears of every change."""
        self._listeners.add(listener)
        if self._there:
            listener.note_presence(self._there)
        if self._upkeep is None or self._upkeep.done():
            self._upkeep = asyncio.create_task(self._keep_up(), context=of_nobody())
        for group in _groups_of(listener):
            await self._subscriptions.join(group)

    async def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._upkeep:
            self._upkeep.cancel()
            self._upkeep, self._there = None, ""
        for group in _groups_of(listener):
            await self._subscriptions.leave(group)

    def _hear(self, message: dict[str, Any]) -> None:
        for listener in list(self._listeners):
            if message["type"] == "desk.changed":
                listener.note_change(message["order_id"])
            elif message["type"] == "person.changed":
                if message["user_id"] == listener.reader_id:
                    listener.check_rights()
            elif message["digest"] == listener.session_digest:
                listener.end()

    async def _keep_up(self) -> None:
        clock = asyncio.get_running_loop().time
        joined, times_back = clock(), self._subscriptions.times_back
        while True:
            await self._look_who_is_there()
            await asyncio.sleep(EVERY)
            is_new = self._subscriptions.times_back != times_back
            if is_new or clock() - joined > REJOIN:
                joined, times_back = clock(), self._subscriptions.times_back
                await self._subscriptions.join_again()
            for listener in list(self._listeners) if is_new else ():
                listener.note_gap()

    async def _look_who_is_there(self) -> None:
        try:
            there = presence_event(_in_order(await presence.everywhere()))
        except Exception as error:
            outages.log(logger, "Who is online could not be looked up", error)
            return
        if there != self._there:
            self._there = there
            for listener in list(self._listeners):
                listener.note_presence(there)


def _groups_of(listener: Listener) -> list[str]:
    groups = [session_group(listener.session_digest), person_group(listener.reader_id)]
    return [CUSTOMER_SERVICE, *groups]


def _in_order(there: dict[int, list[presence.Person]]) -> dict[int, list[dict[str, str]]]:
    """The same people always give the same result."""
    return {
        order_id: [
            {"who": each["who"], "name": each["name"]}
            for each in sorted(people, key=itemgetter("who"))
        ]
        for order_id, people in sorted(there.items())
    }


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, CustomerServiceHub]" = WeakKeyDictionary()


def the_customer_service_hub() -> CustomerServiceHub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = CustomerServiceHub()
    return _hubs[loop]
