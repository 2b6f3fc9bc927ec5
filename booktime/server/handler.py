"""Django's ASGI handler on leased threads: the sync part of a request is one visit to a thread."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import IO, Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from booktime.server.leased_threads import LeasedThreads, ThreadLease

logger = logging.getLogger("django.request")


class LeasingHandler(ASGIHandler):
    """What differs from Django's handler, which makes a thread for every request:

    - The thread is leased from a few permanent ones, so its database connection is kept too. It
      is requested once the request has been read, so slow senders occupy none.
    - Signals, the whole chain of middlewares and a sync view are one visit to the thread, as
      under WSGI. Django makes two visits per middleware, each waiting for the interpreter lock.
    - An async view runs on the event loop while its thread waits for it. A streaming async
      iterator keeps the lease: what stays open for minutes needs a Channels consumer.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = LeasedThreads(threads or settings.ASGI_THREADS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"This application answers HTTP only, not {scope['type']}.")
        try:
            body_file = await self.read_body(receive)
        except RequestAborted:
            return
        lease = self.threads.lease()
        try:
            async with ThreadSensitiveContext(executor=lease):
                await self._exchange(Exchange(self, scope, body_file), lease, receive, send)
        finally:
            lease.end()

    async def _exchange(
        self, exchange: "Exchange", lease: ThreadLease, receive: Any, send: Any
    ) -> None:
        try:
            async with cancelled_by_disconnect(receive):
                response = await sync_to_async(exchange.respond)()
                if response.streaming and not response.is_async:
                    response.streaming_content = self._read_by_visits(response.streaming_content)
                await self.send_response(response, send)
        finally:
            # After a cancellation this waits behind the view, which may still run. If the wait
            # is cancelled too, the call stays with the thread, which runs all submitted calls.
            if lease.has_thread and not exchange.is_closed:
                await sync_to_async(exchange.close)()

    async def _read_by_visits(self, parts: Iterable[bytes]) -> AsyncIterator[bytes]:
        """One chunk per visit. Django would first collect a whole sync iterator in memory."""
        parts = iter(parts)
        while chunk := await sync_to_async(self._read)(parts):
            yield chunk

    def _read(self, parts: Iterator[bytes]) -> bytes:
        chunk: list[bytes] = []
        size = 0
        for part in parts:
            chunk.append(part)
            size += len(part)
            if size >= self.chunk_size:
                break
        return b"".join(chunk)


class Exchange:
    """One request and its response, on the leased thread."""

    def __init__(self, handler: Any, scope: Any, body_file: IO[bytes]) -> None:
        self.handler = handler
        self.scope = scope
        self.body_file = body_file
        self.response: HttpResponseBase | None = None
        self.is_closed = False

    def respond(self) -> Any:
        """The response, already closed unless it still has to be streamed."""
        set_script_prefix(get_script_prefix(self.scope))
        signals.request_started.send(sender=type(self.handler), scope=self.scope)
        request, refusal = self.handler.create_request(self.scope, self.body_file)
        response = self.response = refusal or self.handler.get_response(request)
        response._handler_class = type(self.handler)
        if isinstance(response, FileResponse):
            response.block_size = self.handler.chunk_size
        if not response.streaming:
            self.close()
        return response

    def close(self) -> None:
        """Close files and, by the signal, return the database connection; once is enough."""
        if self.is_closed:
            return
        self.is_closed = True
        try:
            if self.response is not None:
                self.response.close()
            else:
                # The view was cancelled: there is a request, but no response.
                signals.request_finished.send(sender=type(self.handler))
        except Exception:
            # The answer is ready, and what it reports has been done: deliver it.
            logger.exception("Closing a request failed")
        finally:
            self.body_file.close()


@asynccontextmanager
async def cancelled_by_disconnect(receive: Any) -> AsyncIterator[None]:
    """Cancel the block when the client goes, and leave it quietly then."""
    task = cast("asyncio.Task[None]", asyncio.current_task())
    is_gone = False

    async def listen() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        task.cancel()

    listener = asyncio.create_task(listen())
    try:
        yield
    except asyncio.CancelledError:
        # The server may cancel at the same time, and must then see that it did.
        if not is_gone or task.uncancel():
            raise
    finally:
        listener.cancel()
