"""One stream of the desk, from request to end: who may have it, at what pace, and for how long."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings

from main.gateways import faults, log_facts
from main.sockets import threads
from main.sockets.admission import digest_of, session_key_of
from main.sockets.desk import COMMENT, RETRY, DeskTold
from main.sockets.desk_door import Refusal, Scope, header, look_at, refusal_by_headers
from main.sockets.desk_news import the_news

logger = logging.getLogger(__name__)
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PACE = 0.3  # seconds: what happens within is told together
SWEEP = 15  # seconds: a sign of life, and a look for what no nudge told of
SOON = 2  # seconds: a sweep after a read that failed
LASTS = 600  # seconds; then the browser comes back, and goes on where it was
# Bytes, likewise: no server of ours knows whether the other side reads at all.
MOST_SENT = 2**20
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_UNAVAILABLE: Refusal = (HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment.")
_ALSO = {
    HTTPStatus.SERVICE_UNAVAILABLE: (b"retry-after", b"5"),
    HTTPStatus.METHOD_NOT_ALLOWED: (b"allow", b"GET"),
}


class DeskStream:
    """Sends and waits; what is to be sent is said by DeskTold and by the presence."""

    def __init__(self, *, scope: Scope, send: Send) -> None:
        self.session_digest = digest_of(session_key_of(scope))
        self._scope = scope
        self._send = send
        self._news = asyncio.Event()
        self._changed: set[int] = set()
        self._presence = ""
        self._has_gap = self._is_ending = False
        self._sent = 0

    # --- What happens -----------------------------------------------------------------------

    def note_change(self, order_id: int) -> None:
        self._changed.add(order_id)
        self._news.set()

    def note_presence(self, event: str) -> None:
        self._presence = event
        self._news.set()

    def note_gap(self) -> None:
        """Nudges may have been lost: look at everything."""
        self._has_gap = True
        self._news.set()

    def end(self) -> None:
        """Soon, and in order."""
        self._is_ending = True
        self._news.set()

    # --- From request to end ----------------------------------------------------------------

    async def run(self) -> None:
        refused = refusal_by_headers(self._scope) or await self._refusal()
        if refused:
            await self._refuse(*refused)
            return
        try:
            # First, so that nothing falls between what is read and what is told of.
            await the_news().join(self)
            await self._stream()
        finally:
            await the_news().leave(self)

    async def _stream(self) -> None:
        told = DeskTold(reader_id=self._reader_id)
        try:
            first = await threads.run(told.begin, header(self._scope, b"last-event-id"))
        except Exception as error:
            faults.tell(logger, "The desk could not be read", error)
            await self._refuse(*_UNAVAILABLE)
            return
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        try:
            await self._write(RETRY + first)
            await self._go_on(told)
        finally:
            await self._send({"type": "http.response.body", "body": b""})

    async def _go_on(self, told: DeskTold) -> None:
        clock = asyncio.get_running_loop().time
        # Not all of them at once.
        ends = clock() + LASTS * random.uniform(0.9, 1)  # noqa: S311 - no secret
        sweep, recheck = clock() + SWEEP, clock() + settings.CHAT_RECHECK
        while clock() < ends and self._sent < MOST_SENT:
            changed = await self._wait(until=min(sweep, recheck, ends))
            if self._is_ending or (clock() >= recheck and not await self._may_stay()):
                return
            if clock() >= recheck:
                recheck = clock() + settings.CHAT_RECHECK
            is_sweep = clock() >= sweep or self._has_gap
            if is_sweep:
                sweep, self._has_gap = clock() + SWEEP, False
            if not await self._tell(told, None if is_sweep else changed):
                sweep = clock() + SOON

    async def _wait(self, *, until: float) -> set[int]:
        """Until something happens, or that time; the orders that changed."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._news.wait()
        await asyncio.sleep(PACE)
        self._news.clear()
        changed, self._changed = self._changed, set()
        return changed

    async def _tell(self, told: DeskTold, changed: set[int] | None) -> bool:
        """What is new of these orders, or of all; whether that is known."""
        text, self._presence = self._presence, ""
        is_known = True
        try:
            if changed is None or changed:
                text += await threads.run(told.catch_up, changed)
        except Exception as error:
            is_known = False
            faults.tell(logger, "The desk could not be read", error)
        if changed is None or text:
            await self._write(text or COMMENT)
        return is_known

    async def _write(self, text: str) -> None:
        body = text.encode()
        self._sent += len(body)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    # --- Who may ----------------------------------------------------------------------------

    async def _refusal(self) -> Refusal | None:
        try:
            self._reader_id, refused = await threads.run(look_at, self._scope)
            log_facts.note(user_id=self._reader_id)
        except Exception as error:
            faults.tell(logger, "Who asks for the desk could not be looked up", error)
            return _UNAVAILABLE
        return refused

    async def _may_stay(self) -> bool:
        """While the database is away, whoever was let in stays: there is nothing to be read."""
        try:
            reader_id, refused = await threads.run(look_at, self._scope)
        except Exception as error:
            faults.tell(logger, "Who reads the desk could not be looked up", error)
            return True
        return not refused and reader_id == self._reader_id

    async def _refuse(self, status: int, text: str) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS[1:]]
        headers += [_ALSO[status]] if status in _ALSO else []
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": text.encode()})
