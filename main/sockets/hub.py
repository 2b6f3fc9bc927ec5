"""All sockets of a process: their rooms, and what other processes tell them."""

import asyncio
import random
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from booktime.sight.log_context import of_nobody
from main.broadcasts import conversation_group, person_group, session_group
from main.gateways import presence
from main.sockets import frames
from main.sockets.head_lookup import HeadLookup
from main.sockets.rooms import Member, Room
from main.sockets.subscriptions import REJOIN, Subscriptions

TICK = 1.0  # seconds
Task = asyncio.Task[None]
# Seconds. A page that reloads leaves and returns: nobody should hear of that.
GRACE = 1.5


class Tenant(Member, Protocol):
    order_id: int

    @property
    def session_digest(self) -> str: ...

    def end_session(self) -> None: ...

    def check_rights(self) -> None: ...


class Hub:
    """One per event loop: see `the_hub`."""

    def __init__(self) -> None:
        self.subscriptions = Subscriptions(self._hear)
        self.heads = HeadLookup()
        self._rooms: dict[int, Room] = {}
        self._holders: dict[int, int] = {}
        self._tenants: dict[str, set[Tenant]] = {}  # by the group of their session or user
        self._groups: dict[Tenant, list[str]] = {}
        self._upkeep: Task | None = None
        self._times_back = self.subscriptions.times_back

    @property
    def is_live(self) -> bool:
        """Whether nudges from other processes arrive, as far as we know."""
        return self.subscriptions.is_live and self.subscriptions.times_back == self._times_back

    # --- Coming and going -----------------------------------------------------------------------

    async def open_room(self, tenant: Tenant) -> Room:
        """The conversation's room, which receives every change from now on."""
        order_id = tenant.order_id
        room = self._rooms.setdefault(order_id, Room(order_id))
        self._holders[order_id] = self._holders.get(order_id, 0) + 1
        groups = [conversation_group(order_id), *self._add_tenant(tenant)]
        if self._upkeep is None or self._upkeep.done():
            self._times_back = self.subscriptions.times_back
            self._upkeep = asyncio.create_task(self._keep_up(), context=of_nobody())
        await asyncio.gather(*(self.subscriptions.join(group) for group in groups))
        return room

    def leave_room(self, room: Room, tenant: Tenant, *, at_once: bool) -> Task:
        """`at_once`: this process is ending, so do not wait for a reload."""
        was_member = tenant in room.members
        room.members.discard(tenant)
        groups = [conversation_group(room.order_id), *self._remove_tenant(tenant)]
        return self.subscriptions.start(
            self._after_leaving(room, tenant, groups, was_member, at_once)
        )

    def _add_tenant(self, tenant: Tenant) -> list[str]:
        groups = self._groups[tenant] = _groups_of(tenant)
        for group in groups:
            self._tenants.setdefault(group, set()).add(tenant)
        return groups

    def _remove_tenant(self, tenant: Tenant) -> list[str]:
        groups = self._groups.pop(tenant)
        for group in groups:
            self._tenants[group].discard(tenant)
            if not self._tenants[group]:
                del self._tenants[group]
        return groups

    async def _after_leaving(
        self, room: Room, tenant: Tenant, groups: list[str], was_member: bool, at_once: bool
    ) -> None:
        if was_member and not at_once:
            await asyncio.sleep(GRACE)
        if was_member and not room.has(tenant.me.who):
            await self._say_who_left(room, frames.person(tenant.me))
        self._holders[room.order_id] -= 1
        if not self._holders[room.order_id]:
            del self._holders[room.order_id], self._rooms[room.order_id]
        for group in groups:
            await self.subscriptions.leave(group)

    async def _say_who_left(self, room: Room, person: presence.Person) -> None:
        there = await presence.leave(room.order_id, person)
        if person["who"] not in [other["who"] for other in there]:
            room.note_offline(person)
            self.say_presence(room.order_id, person, "offline")

    # --- Telling the other processes ------------------------------------------------------------

    def say_presence(self, order_id: int, person: presence.Person, state: str) -> None:
        message = {"type": "conversation.presence", "order_id": order_id, "state": state}
        self.subscriptions.say(conversation_group(order_id), message | {"person": person})

    def say_typing(self, order_id: int, who: str, *, on: bool) -> None:
        message = {"type": "conversation.typing", "order_id": order_id, "who": who, "on": on}
        self.subscriptions.say(conversation_group(order_id), message)

    # --- Hearing from them ----------------------------------------------------------------------

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "session.ended":
            for tenant in list(self._tenants.get(session_group(message["digest"]), ())):
                tenant.end_session()
        elif message["type"] == "person.changed":
            for tenant in list(self._tenants.get(person_group(message["user_id"]), ())):
                tenant.check_rights()
        elif message["type"] == "conversation.guests":
            for tenant in list(self._groups):
                if tenant.order_id == message["order_id"] and not tenant.me.user_id:
                    tenant.check_rights()
        # None: sent before this process left the group.
        elif room := self._rooms.get(message["order_id"]):
            _NUDGES[message["type"]](room, message)

    # --- From time to time ----------------------------------------------------------------------

    async def _keep_up(self) -> None:
        """Groups and presence expire, and a restarted Redis has forgotten us."""
        loop = asyncio.get_running_loop()
        joined = refreshed = loop.time()
        was_live = True
        while self._rooms:
            await asyncio.sleep(TICK * random.uniform(0.8, 1.2))  # noqa: S311
            now, is_new = loop.time(), await self._come_back()
            if now - joined > REJOIN:
                joined = now
                await self.subscriptions.join_again()
            if is_new or now - refreshed > presence.REFRESH:
                refreshed = now
                await self._refresh_presence()
            if is_new or self.is_live != was_live:
                was_live = self.is_live
                self._say_whether_live()

    async def _come_back(self) -> bool:
        """If the channel layer lost everything, join again and catch up."""
        times_back = self.subscriptions.times_back
        if times_back == self._times_back or not await self.subscriptions.join_again():
            return False
        self._times_back = times_back
        for room in self._rooms.values():
            self.heads.ask(room)
        return True

    def _say_whether_live(self) -> None:
        """Say it at once: a heartbeat may be seconds away."""
        for room in self._rooms.values():
            room.tell(frames.heartbeat(room.known_head, live=self.is_live))

    async def _refresh_presence(self) -> None:
        here = {order_id: room.people for order_id, room in self._rooms.items() if room.members}
        for order_id, people in (await presence.refresh(here)).items():
            if room := self._rooms.get(order_id):
                room.note_people(people)


def _groups_of(tenant: Tenant) -> list[str]:
    """Where it hears of the end of its session, and of its user's rights."""
    groups = [session_group(tenant.session_digest)] if tenant.session_digest else []
    return groups + ([person_group(tenant.me.user_id)] if tenant.me.user_id else [])


_NUDGES = {
    "conversation.head": lambda room, said: room.look(said["seq"]),
    "conversation.read": lambda room, said: room.note_read(said["who"], said["upto"]),
    "conversation.changed": lambda room, said: room.read_standing(),
    "conversation.typing": lambda room, said: room.tell_fleeting(
        frames.dump({"type": "typing", "who": said["who"], "on": said["on"]}), but=said["who"]
    ),
    "conversation.presence": lambda room, said: (
        room.note_online if said["state"] == "online" else room.note_offline
    )(said["person"]),
}

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def the_hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
