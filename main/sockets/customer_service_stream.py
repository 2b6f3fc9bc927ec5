"""One customer service stream from request to end: who may read it, how fast, and for how long."""

import asyncio
import logging
import random
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings

from booktime.sight import log_context, outages
from booktime.sight.asgi_types import Scope, Send
from main.sockets import threads
from main.sockets.admission import digest_of, session_key_of
from main.sockets.customer_service_admission import (
    Refusal,
    header,
    look_at,
    refusal_by_headers,
)
from main.sockets.customer_service_events import COMMENT, RETRY, CustomerServiceEvents
from main.sockets.customer_service_hub import the_customer_service_hub

logger = logging.getLogger(__name__)


PACE = 0.3  # seconds: changes within it are sent together
SWEEP = 15  # seconds between signs of life, each with a look for changes that no nudge announced
SOON = 2  # seconds until the next sweep after a failed read
LASTS = 600  # seconds; then the browser reconnects and resumes
# Bytes; then the browser reconnects too. The server cannot tell whether the client reads at all.
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


class CustomerServiceStream:
    """Waits and sends. CustomerServiceEvents and the presence say what to send."""

    def __init__(self, *, scope: Scope, send: Send) -> None:
        self.session_digest = digest_of(session_key_of(scope))
        self.reader_id = 0  # until it is known
        self._scope = scope
        self._send = send
        self._news = asyncio.Event()
        self._changed: set[int] = set()
        self._presence = ""
        self._has_gap = self._is_ending = self._is_in_doubt = False
        self._sent = 0

    # --- What happens -----------------------------------------------------------------------

    def note_change(self, order_id: int) -> None:
        self._changed.add(order_id)
        self._news.set()

    def note_presence(self, event: str) -> None:
        self._presence = event
        self._news.set()

    def note_gap(self) -> None:
        """Nudges may have been lost: check everything."""
        self._has_gap = True
        self._news.set()

    def check_rights(self) -> None:
        self._is_in_doubt = True
        self._news.set()

    def end(self) -> None:
        """Soon, and cleanly."""
        self._is_ending = True
        self._news.set()

    # --- From request to end ----------------------------------------------------------------

    async def run(self) -> None:
        refused = refusal_by_headers(self._scope) or await self._refusal()
        if refused:
            await self._refuse(*refused)
            return
        try:
            # Before the first read, so that no change falls between the two.
            await the_customer_service_hub().join(self)
            await self._stream()
        finally:
            await the_customer_service_hub().leave(self)

    async def _stream(self) -> None:
        told = CustomerServiceEvents(reader_id=self.reader_id)
        try:
            first = await threads.run(told.begin, header(self._scope, b"last-event-id"))
        except Exception as error:
            outages.log(logger, "The open conversations could not be read", error)
            await self._refuse(*_UNAVAILABLE)
            return
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        try:
            await self._write(RETRY + first)
            await self._go_on(told)
        finally:
            await self._send({"type": "http.response.body", "body": b""})

    async def _go_on(self, told: CustomerServiceEvents) -> None:
        clock = asyncio.get_running_loop().time
        # Spread, so that not all streams end at once.
        ends = clock() + LASTS * random.uniform(0.9, 1)  # noqa: S311 - no secret
        sweep, recheck = clock() + SWEEP, clock() + settings.CHAT_RECHECK
        while clock() < ends and self._sent < MOST_SENT:
            changed = await self._wait(until=min(sweep, recheck, ends))
            if self._is_in_doubt or clock() >= recheck:
                self._is_in_doubt, recheck = False, clock() + settings.CHAT_RECHECK
                self._is_ending |= not await self._may_stay()
            if self._is_ending:
                return
            is_sweep = clock() >= sweep or self._has_gap
            if is_sweep:
                sweep, self._has_gap = clock() + SWEEP, False
            if not await self._tell(told, None if is_sweep else changed):
                sweep = clock() + SOON

    async def _wait(self, *, until: float) -> set[int]:
        """Wait for a change, or until then. Returns the orders that changed."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._news.wait()
        await asyncio.sleep(PACE)
        self._news.clear()
        changed, self._changed = self._changed, set()
        return changed

    async def _tell(self, told: CustomerServiceEvents, changed: set[int] | None) -> bool:
        """Send what is new about these orders, or about all; False if it could not be read."""
        text, self._presence = self._presence, ""
        is_known = True
        try:
            if changed is None or changed:
                text += await threads.run(told.catch_up, changed)
        except Exception as error:
            is_known = False
            outages.log(logger, "The open conversations could not be read", error)
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
            reader_id, refused = await threads.run(look_at, self._scope)
            log_context.note(user_id=reader_id)
            self.reader_id = reader_id or 0
        except Exception as error:
            outages.log(logger, "The user of a new stream could not be looked up", error)
            return _UNAVAILABLE
        return refused

    async def _may_stay(self) -> bool:
        """While the database is away, readers stay: there is nothing new for them to read."""
        try:
            reader_id, refused = await threads.run(look_at, self._scope)
        except Exception as error:
            outages.log(logger, "The user of a stream could not be looked up", error)
            return True
        return not refused and reader_id == self.reader_id

    async def _refuse(self, status: HTTPStatus, text: str) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS[1:]]
        headers += [_ALSO[status]] if status in _ALSO else []
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": text.encode()})
