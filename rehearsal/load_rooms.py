"""Fifty conversations over wss, each with a customer and staff who stay through a restart."""

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.asyncio.client import connect

from main.access import SIGNED_IN_AT
from main.models import User
from main.tests.support.chat_client import PATH, ChatClient, Wire
from main.tests.support.chat_talk import SIDES, Room, Said
from main.tests.support.factories import EmployeeFactory, OrderFactory
from rehearsal.facts import clock
from rehearsal.walk_browser import LOOPBACK

RESTART = 4012
COME_IN = 60  # seconds at most for a batch of sockets to open
AT_ONCE = 10  # sockets that are opened together at the start


@dataclass
class Stay:
    """One socket, from its opening to its end, in wall-clock times."""

    opened_at: float
    welcomed_at: float = 0.0
    ended_at: float = 0.0
    code: int | None = None

    def __str__(self) -> str:
        said = f"welcomed {clock(self.welcomed_at)}" if self.welcomed_at else "never welcomed"
        return f"opened {clock(self.opened_at)}, {said}, {self.code} at {clock(self.ended_at)}"


class TlsClient(ChatClient):
    """The tests' own client, through nginx; notes when it was told of a restart."""

    def __init__(self, where: dict, trust: ssl.SSLContext, *of_room: Any) -> None:
        super().__init__(lambda: 0, *of_room)
        self._where, self._trust = where, trust
        self.told_at: list[float] = []
        self.stays: list[Stay] = []

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        async with _open(self._where, self._trust, self.order_id, self.session_key) as wire:
            stay = Stay(time.time())
            self.stays.append(stay)
            try:
                yield wire
            finally:
                stay.ended_at, stay.code = time.time(), wire.connection.close_code
                if stay.code == RESTART:
                    self.told_at.append(time.monotonic())

    async def _begin(self, wire: Wire, welcome: dict) -> None:
        self.stays[-1].welcomed_at = time.time()
        await super()._begin(wire, welcome)

    @property
    def oddity(self) -> str:
        """The history of a client that was not told exactly once or lost a socket otherwise."""
        codes = [stay.code for stay in self.stays if stay.code]
        return "" if codes == [RESTART] else self.story

    @property
    def story(self) -> str:
        return " | ".join(map(str, self.stays))

    @property
    def back_after(self) -> list[float]:
        """Seconds from each restart to the next welcome; infinite if there was none."""
        never = float("inf")
        return [
            min((live for live in self.live_at if live > told), default=never) - told
            for told in self.told_at
        ]


@asynccontextmanager
async def _open(where: dict, trust: ssl.SSLContext, order_id: int, session_key: str):
    async with connect(
        f"wss://{where['domain']}:{where['port']}{PATH.format(order_id)}",
        ssl=trust, host=LOOPBACK, port=where["port"], origin=where["url"],
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"},
        ping_interval=None, close_timeout=1, open_timeout=10, proxy=None, max_queue=None,
    ) as connection:  # fmt: skip
        yield Wire(connection)


class TlsRoom(Room):
    """Opened by `enter`; `problems` says what must hold afterwards, as in the tests."""

    def enter(self, where: dict, trust: ssl.SSLContext) -> None:
        for side, session in zip(SIDES, self.sessions, strict=True):
            client = TlsClient(where, trust, self.order_id, session)
            client.on_shown = self._listener(side)
            self.clients.append(client)


def make_rooms(count: int, where: dict) -> list[TlsRoom]:
    """Rows in the shop's own database, with sessions that satisfy its second factor."""
    trust = ssl.create_default_context(cafile=where["ca"])
    rooms = []
    for number in range(count):
        order = OrderFactory(user__email=f"load{number}-{where['run']}@walk.example")
        staff = EmployeeFactory(email=f"desk{number}-{where['run']}@walk.example")
        room = TlsRoom(order.pk, [_session(order.user), _session(staff, has_app=True)])
        room.enter(where, trust)
        rooms.append(room)
    return rooms


def _session(user: User, *, has_app: bool = False) -> str:
    """As if just signed in, with an authenticator app's code if they have one."""
    session = SessionStore()
    session.create()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = time.time()
    if has_app:
        app = TOTP.activate(user, generate_totp_secret()).instance
        request: Any = SimpleNamespace(session=session)
        record_authentication(request, user, "mfa", id=app.pk, type=app.type)
    session.save()
    return session.session_key


class Talk:
    """Everyone says something every so many seconds on average, until `is_over`."""

    def __init__(self, rooms: list[TlsRoom], *, every: float) -> None:
        self.rooms, self.every = rooms, every
        self.clients = [client for room in rooms for client in room.clients]
        self.is_over = False
        self._staying: list[asyncio.Task] = []

    async def come_in(self) -> None:
        for begin in range(0, len(self.clients), AT_ONCE):
            some = self.clients[begin : begin + AT_ONCE]
            self._staying += [asyncio.create_task(client.run()) for client in some]
            async with asyncio.timeout(COME_IN):
                while not all(client.is_live for client in some):
                    await asyncio.sleep(0.05)

    async def speak(self) -> None:
        await asyncio.gather(*(self._speak(room, side) for room in self.rooms for side in (0, 1)))

    async def _speak(self, room: TlsRoom, side: int) -> None:
        number = 0
        while not self.is_over:
            await asyncio.sleep(random.uniform(0, 2 * self.every))
            number += 1
            text = f"{SIDES[side]} in {room.order_id} says {number}"
            room.said[text] = Said(time.monotonic())
            await room.clients[side].send(text)

    async def come_to_rest(self, limit: float) -> float:
        """Seconds until everything was acknowledged and shown to everyone."""
        ended = time.monotonic()
        while time.monotonic() - ended < limit and not all(room.is_quiet for room in self.rooms):
            await asyncio.sleep(0.05)
        took = time.monotonic() - ended
        for task in self._staying:
            task.cancel()
        await asyncio.gather(*self._staying, return_exceptions=True)
        return took

    def results(self) -> dict:
        said = [said for room in self.rooms for said in room.said.values()]
        codes = sum((client.closed_with for client in self.clients), Counter())
        return {
            "said": len(said),
            "unshown": sum(one.shown_at is None for one in said),
            "shown_after": sorted(one.took for one in said if one.shown_at),
            # Those without a code were ended from here.
            "codes": {str(code): count for code, count in codes.items() if code},
            "oddities": [
                f"{side} of {room.order_id}: {client.oddity}"
                for room in self.rooms
                for side, client in zip(SIDES, room.clients, strict=True)
                if client.oddity
            ],
            "back_after": sorted(took for client in self.clients for took in client.back_after),
            "slowest": max(
                self.clients, key=lambda client: max(client.back_after, default=0)
            ).story,
        }
