"""A chat client in Python, after docs/conversation.md: a wire for frames, one that keeps all."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

LIMIT = 10  # seconds for a frame that is waited for
PATH = "/ws/customer-service/{}/"
AGAIN = {"too_fast", "unavailable"}  # refusals after which the same may be sent again
SAME_HOST = "the server's own"
AT_ONCE = 10  # messages on their way: who sends all that has piled up is closed with 4009


class Wire:
    """One open socket, frame by frame."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, kind: str, **fields) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def hear(self, limit: float = LIMIT) -> dict:
        async with asyncio.timeout(limit):
            return json.loads(await self.connection.recv())

    async def expect(self, kind: str, limit: float = LIMIT) -> dict:
        """The next frame of this kind; others may come before it."""
        async with asyncio.timeout(limit):
            while (frame := await self.hear(limit))["type"] != kind:
                pass
        return frame

    async def close_code(self, limit: float = LIMIT) -> int | None:
        """With which code the server closes; what it says before is read over."""
        async with asyncio.timeout(limit):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        return self.connection.close_code


@contextlib.asynccontextmanager
async def open_wire(
    port: int,
    order_id: int,
    *,
    session_key: str = "",
    origin: str | None = SAME_HOST,
    **options,
) -> AsyncIterator[Wire]:
    """A socket at the server on this port. `origin=None` sends none."""
    address = f"127.0.0.1:{port}"
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}" if session_key else ""
    async with connect(
        f"ws://{address}{PATH.format(order_id)}",
        origin=f"http://{address}" if origin == SAME_HOST else origin,
        additional_headers={"Cookie": cookie} if cookie else None,
        **{"ping_interval": None, "close_timeout": 1, "proxy": None, "compression": None} | options,
    ) as connection:
        yield Wire(connection)


@dataclass
class Habits:
    """What a client does for the promise; a negative control leaves one out."""

    resend: bool = True  # what was not acknowledged is sent again
    dedupe: bool = True  # ... under the same key, and what was shown is not shown again
    heal: bool = True  # what is missing is asked for
    patience: float = 8.0  # seconds at most before the next try


class ChatClient:
    """One tab that stays in a conversation whatever happens to servers, until `stop`.

    `find_port` is asked for a server at each try. What is shown is in `shown`, in its order; what
    is not acknowledged yet in `outbox`; what was, in `acknowledged` (key -> number).
    """

    def __init__(
        self,
        find_port: Callable[[], int],
        order_id: int,
        session_key: str,
        *,
        habits: Habits | None = None,
        on_shown: Callable[[dict], None] = lambda item: None,
    ) -> None:
        self.find_port, self.order_id, self.session_key = find_port, order_id, session_key
        self.habits = habits or Habits()
        self.on_shown = on_shown
        self.shown: list[dict] = []
        self.outbox: dict[str, str] = {}
        self.acknowledged: dict[str, int] = {}
        self.refused: list[dict] = []
        self.closed_with: Counter[int | None] = Counter()
        self.head = self.seen = 0
        self.live_at: list[float] = []
        self._wire: Wire | None = None
        self._tries = 0
        self._wait_ms: int | None = None
        self._heard_at = 0.0
        self._is_asking = False
        self._later: set[asyncio.Task] = set()
        self._under_way: set[str] = set()  # keys sent on this socket, and not answered yet

    @property
    def is_live(self) -> bool:
        return self._wire is not None

    async def send(self, text: str) -> None:
        """Kept until it is acknowledged, sent now if there is a socket."""
        cid = str(uuid.uuid4())
        self.outbox[cid] = text
        if self._wire:
            with contextlib.suppress(ConnectionClosed):
                await self._send_next(self._wire)

    async def _send_next(self, wire: Wire) -> None:
        for cid, text in list(self.outbox.items()):
            if len(self._under_way) < AT_ONCE and cid not in self._under_way:
                self._under_way.add(cid)
                await wire.say("send", cid=cid, text=text)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            with contextlib.suppress(OSError, TimeoutError, InvalidHandshake, WebSocketException):
                await self._stay()
            self._wire = None
            await asyncio.sleep(self._pause())

    def _pause(self) -> float:
        """Full jitter, or what the server asked for."""
        after, self._wait_ms = self._wait_ms, None
        self._tries += 1
        if after is not None:
            return after / 1000
        return random.uniform(0, min(self.habits.patience, 0.5 * 2**self._tries))

    def connect(self) -> contextlib.AbstractAsyncContextManager[Wire]:
        """The rehearsal of a deployment goes through TLS and a proxy instead."""
        options = {"open_timeout": 5, "max_queue": None}
        return open_wire(self.find_port(), self.order_id, session_key=self.session_key, **options)

    async def _stay(self) -> None:
        async with self.connect() as wire:
            beating = None
            try:
                await wire.say("hello", after=self.seen)
                welcome = await wire.expect("welcome")
                beating = asyncio.create_task(self._beat(wire, welcome["heartbeat"]))
                await self._begin(wire, welcome)
                while True:
                    await self._take(wire, json.loads(await wire.connection.recv()))
            finally:
                self._wire = None
                if beating:
                    beating.cancel()
                self.closed_with[wire.connection.close_code] += 1

    async def _begin(self, wire: Wire, welcome: dict) -> None:
        self._tries = 0
        self._is_asking = False
        self.head = max(self.head, welcome["head"])
        self.live_at.append(time.monotonic())
        unsent, self.outbox = self.outbox, {}
        if self.habits.resend:
            for cid, text in unsent.items():
                self.outbox[cid if self.habits.dedupe else str(uuid.uuid4())] = text
        self._under_way.clear()
        await self._send_next(wire)
        self._wire = wire

    async def _beat(self, wire: Wire, every: float) -> None:
        """A socket that says nothing for one and a half heartbeats is given up."""
        self._heard_at = time.monotonic()
        while time.monotonic() - self._heard_at < 1.5 * every:
            await asyncio.sleep(every * random.uniform(0.9, 1))
            with contextlib.suppress(ConnectionClosed):
                await wire.say("heartbeat")
        wire.connection.transport.abort()

    # --- Frames -------------------------------------------------------------------------------

    async def _take(self, wire: Wire, frame: dict) -> None:
        self._heard_at = time.monotonic()
        take = getattr(self, f"_take_{frame['type']}", None)
        if take:
            await take(wire, frame)

    async def _take_messages(self, wire: Wire, frame: dict) -> None:
        self._is_asking = False
        for item in frame["items"]:
            self.head = max(self.head, item["seq"])
            if item["seq"] == self.seen + 1 or (not self.habits.dedupe and item in self.shown):
                self.seen = max(self.seen, item["seq"])
                self.shown.append(item)
                self.on_shown(item)
        await self._heal(wire)

    async def _take_ack(self, wire: Wire, frame: dict) -> None:
        if self.outbox.pop(frame["cid"], None) is not None:
            self.acknowledged[frame["cid"]] = frame["seq"]
        self._under_way.discard(frame["cid"])
        await self._send_next(wire)

    async def _take_refused(self, wire: Wire, frame: dict) -> None:
        text = self.outbox.get(frame["cid"] or "")
        if frame["code"] in AGAIN and text is not None:
            again = asyncio.create_task(self._send_again(frame["cid"], frame["retry_after"] or 1))
            self._later.add(again)
            again.add_done_callback(self._later.discard)
        else:
            self.outbox.pop(frame["cid"] or "", None)
            self._under_way.discard(frame["cid"])
            self.refused.append(frame)

    async def _send_again(self, cid: str, after: float) -> None:
        await asyncio.sleep(after)
        if self._wire and cid in self.outbox:
            with contextlib.suppress(ConnectionClosed):
                await self._wire.say("send", cid=cid, text=self.outbox[cid])

    async def _take_heartbeat(self, wire: Wire, frame: dict) -> None:
        if "n" in frame:
            await wire.say("heartbeat", got=frame["n"])
        self.head = max(self.head, frame["head"])
        await self._heal(wire)

    async def _take_goodbye(self, wire: Wire, frame: dict) -> None:
        self._wait_ms = frame["after_ms"]

    async def _heal(self, wire: Wire) -> None:
        if self.habits.heal and self.head > self.seen and not self._is_asking:
            self._is_asking = True
            await wire.say("fetch", after=self.seen, limit=100)
