"""Draining at SIGTERM under Daphne: requests finish, streams end, sockets reconnect later.

Daphne would cancel everything that runs when told to stop. This module prevents that, and a Twisted
trigger delays the stop until all is done, for a few seconds at most. Servers that drain by
themselves (uvicorn) do not need it and are not affected.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

from booktime.server.in_flight import Request, Socket, Stream
from booktime.sight.asgi_types import Application, Receive, Scope, Send

LIMIT = 5.0  # seconds for everything
# Connections that may wait to be accepted: Twisted's 50 would cut off a crowd that reconnects at
# once, and Daphne has no flag for it together with a port.
BACKLOG = 1024
REST = 2.0  # seconds for the process itself to end
GRACE = 0.2  # seconds for requests that were sent before we stopped listening


class Drain:
    def __init__(self, *, limit: float = LIMIT) -> None:
        self.limit = limit
        self.is_draining = False
        self._reactor: Any = None
        self._live: set[Request] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        _tame_daphne()

    def requests(self, application: Application) -> Application:
        """HTTP requests that end by themselves: those that have begun are answered."""
        return self._wrapped(Request, application)

    def streams(self, application: Application) -> Application:
        """Endless HTTP streams: they see `http.disconnect`, and the client sees the stream end."""
        return self._wrapped(Stream, application)

    def sockets(self, application: Application, *, goodbye: Callable[[int], str]) -> Application:
        """WebSockets: clients get a goodbye (see in_flight.Socket) and close code 4012.

        The application sees `websocket.disconnect` with that code. What it then still sends
        reaches the client if it ends within a moment.
        """
        return self._wrapped(partial(Socket, goodbye=goodbye), application)

    def _wrapped(self, kind: Callable[..., Request], application: Application) -> Application:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            self._wait_for_the_end()
            await self._run(kind(self, receive, send), application, scope)

        return wrapped

    async def _run(self, request: Request, application: Application, scope: Scope) -> None:
        task = request.task = cast("asyncio.Task[None]", asyncio.current_task())
        self._live.add(request)
        self._tasks.add(task)
        try:
            await request.run(application, scope)
        finally:
            self._live.discard(request)
            self._tasks.discard(task)

    # --- The end ----------------------------------------------------------------------------

    def _wait_for_the_end(self) -> None:
        """Wait until Twisted runs: anything set up earlier could belong to another server."""
        reactor: Any = sys.modules.get("twisted.internet.reactor")
        if self._reactor is None and reactor is not None and reactor.running:
            self._reactor = reactor
            reactor.addSystemEventTrigger("before", "shutdown", self._begin)
            for port in self._doors():
                port.socket.listen(BACKLOG)

    def _begin(self) -> Any:
        """Called once by the reactor; it stops when the Deferred fires."""
        from twisted.internet.defer import Deferred

        self.is_draining = True
        _heed_no_more_signals()
        _leave_after(self.limit + REST)
        for request in list(self._live):
            task = asyncio.create_task(request.leave())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._stop_listening()
        return Deferred.fromFuture(asyncio.ensure_future(self._finish()))

    def _doors(self) -> list[Any]:
        from twisted.internet.interfaces import IListeningPort

        return [port for port in self._reactor.getReaders() if IListeningPort.providedBy(port)]

    def _stop_listening(self) -> None:
        for port in self._doors():
            # Accept all waiting connections, then close the port.
            port.numberAccepts = BACKLOG
            port.doRead()
            port.stopListening()

    async def _finish(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limit):
                await asyncio.sleep(GRACE)
                while self._tasks:
                    await asyncio.wait(self._tasks)
                # Otherwise answers that are still being written would be cut off.
                while self._reactor.getWriters():
                    await asyncio.sleep(0.01)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(0)


def _heed_no_more_signals() -> None:
    """Ignore further signals: Twisted treats stopping twice as an error."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


def _leave_after(seconds: float) -> None:
    """Python would wait for all threads, one of which may wait 30 s for a hanging database."""
    timer = threading.Timer(seconds, os._exit, [0])
    timer.daemon = True
    timer.start()


def _tame_daphne() -> None:
    """Patching is the only way: its trigger runs before ours, and its time-out has no option."""
    if server := sys.modules.get("daphne.server"):
        # It would cancel what runs, and fail at the first idle connection.
        server.Server.kill_all_applications = lambda self: None
    if sockets := sys.modules.get("daphne.ws_protocol"):
        # After a second without an answer to our close, it would cut off what was sent before.
        sockets.WebSocketProtocol.closeHandshakeTimeout = LIMIT
