"""Rooms of two who talk at random, and what must hold afterwards, whatever broke meanwhile."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from main.access import SIGNED_IN_AT
from main.models import Message, User
from main.tests.support.chat_client import ChatClient, Habits
from main.tests.support.factories import EmployeeFactory, OrderFactory
from main.tests.support.live_shop import make_session

SIDES = ("customer", "staff")


@dataclass
class Said:
    """One message: when it was meant to go, and when the other side was shown it."""

    at: float
    shown_at: float | None = None

    @property
    def took(self) -> float:
        return (self.shown_at or float("inf")) - self.at


@dataclass
class Room:
    order_id: int
    sessions: Sequence[str]  # of the customer and of staff
    habits: Habits = field(default_factory=Habits)
    clients: list[ChatClient] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)

    def open(self, find_port: Callable[[], int]) -> None:
        for side, session in zip(SIDES, self.sessions, strict=True):
            client = ChatClient(find_port, self.order_id, session, habits=self.habits)
            client.on_shown = self._listener(side)
            self.clients.append(client)

    def _listener(self, side: str) -> Callable[[dict], None]:
        def listen(item: dict) -> None:
            said = self.said.get(item["text"])
            if said and said.shown_at is None and item["role"] != side:
                said.shown_at = time.monotonic()

        return listen

    async def talk(self, side: int, every: float, until: float) -> None:
        """Something every so many seconds on average, now and then several things at once."""
        number = 0
        while time.monotonic() < until:
            for _ in range(random.choice([1, 1, 1, 3])):
                number += 1
                text = f"{SIDES[side]} in {self.order_id} says {number}"
                self.said[text] = Said(time.monotonic())
                await self.clients[side].send(text)
            pause = random.expovariate(2 / 3 / every)
            await asyncio.sleep(min(pause, max(0, until - time.monotonic())))

    @property
    def is_quiet(self) -> bool:
        """All is acknowledged, and everyone has been shown as much as anyone."""
        heads = {client.seen for client in self.clients} | {c.head for c in self.clients}
        return len(heads) == 1 and not any(client.outbox for client in self.clients)

    def problems(self) -> list[str]:
        """What is not as promised; a sentence each. Asks the database."""
        stored = list(
            Message.objects.of(self.order_id).order_by("seq").values_list("seq", "cid", "text")
        )
        found = []
        if [seq for seq, _, _ in stored] != list(range(1, len(stored) + 1)):
            found.append("the numbers have gaps or doubles")
        times = Counter(text for _, cid, text in stored if cid)
        if lost := [text for text in self.said if not times[text]]:
            found.append(f"{len(lost)} messages were lost")
        if doubled := [text for text, count in times.items() if count > 1]:
            found.append(f"{len(doubled)} messages are stored twice")
        by_cid = {str(cid): seq for seq, cid, _ in stored}
        for side, client in zip(SIDES, self.clients, strict=True):
            found += [f"{side}: {problem}" for problem in _client_problems(client, stored, by_cid)]
        return [f"order {self.order_id}: {problem}" for problem in found]


def _client_problems(client: ChatClient, stored: list, by_cid: dict[str, int]) -> list[str]:
    found = []
    if any(by_cid.get(cid) != seq for cid, seq in client.acknowledged.items()):
        found.append("something was acknowledged, and is not stored so")
    if client.outbox:
        found.append(f"{len(client.outbox)} messages were never acknowledged")
    if client.refused:
        found.append(f"refused: {client.refused[:3]}")
    if [(item["seq"], item["text"]) for item in client.shown] != [(s, t) for s, _, t in stored]:
        found.append(f"was shown {len(client.shown)} messages, not the {len(stored)} stored")
    return found


def make_rooms(count: int, habits: Habits | None = None) -> list[Room]:
    """Each with a customer and a member of staff of its own."""
    rooms = []
    for _ in range(count):
        order = OrderFactory()
        people = [order.user, EmployeeFactory()]
        sessions = [session_of(person) for person in people]
        rooms.append(Room(order.pk, sessions, habits or Habits()))
    return rooms


async def talk(
    rooms: Sequence[Room], *, find_port: Callable[[], int], seconds: float, every: float,
    trouble: Callable, settle: float,
) -> float:  # fmt: skip
    """Everyone talks while `trouble` happens; returns the seconds until all was quiet again."""
    for room in rooms:
        room.open(find_port)
    staying = [asyncio.create_task(client.run()) for room in rooms for client in room.clients]
    until = time.monotonic() + seconds
    talking = [room.talk(side, every, until) for room in rooms for side in (0, 1)]
    try:
        await asyncio.gather(trouble(), *talking)
        ended = time.monotonic()
        while time.monotonic() - ended < settle:
            if all(room.is_quiet for room in rooms):
                break
            await asyncio.sleep(0.05)
        return time.monotonic() - ended
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)


def session_of(user: User) -> str:
    """A session in which they signed in just now."""
    return make_session(
        **{
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SIGNED_IN_AT: time.time(),
        }
    )
