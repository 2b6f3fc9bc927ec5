"""Draining at SIGTERM under Daphne: requests finish, streams end, sockets are told to come back.

Daphne cancels whatever runs when it is told to stop. So each exchange runs in a task of its own,
which outlives that, and a Twisted trigger holds the stop back until all is done, for some seconds
at most. Servers that drain by themselves (uvicorn) need none of it, and are not disturbed by it.
"""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any

from booktime.exchanges import Application, Exchange, Receive, Scope, Send, Socket, Stream

LIMIT = 5.0  # seconds for everything
GRACE = 0.2  # for what is on its way to us: a request sent before the listening ended


class Drain:
    def __init__(self, *, limit: float = LIMIT) -> None:
        self.limit = limit
        self.is_draining = False
        self._reactor: Any = None
        self._live: set[Exchange] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        _spare_the_idle()

    def requests(self, application: Application) -> Application:
        """HTTP that ends by itself: whatever has begun is answered."""
        return self._wrapped(Exchange, application)

    def streams(self, application: Application) -> Application:
        """HTTP that goes on and on: it sees `http.disconnect`, and the client the stream's end."""
        return self._wrapped(Stream, application)

    def sockets(self, application: Application) -> Application:
        """WebSockets: clients get a goodbye and close code 4012.

        The application sees `websocket.disconnect` with that code. What it still sends then
        reaches the client, as long as it ends within a moment.
        """
        return self._wrapped(Socket, application)

    def _wrapped(self, kind: type[Exchange], application: Application) -> Application:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            self._wait_for_the_end()
            await self._run(kind(self, receive, send), application, scope)

        return wrapped

    async def _run(self, exchange: Exchange, application: Application, scope: Scope) -> None:
        task = exchange.task = self._start(exchange.run(application, scope))
        self._live.add(exchange)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            # Not the end of the server, but of this one: a client that left long ago, a shorter
            # patience elsewhere.
            if not self.is_draining and not task.done():
                task.cancel()
                await asyncio.wait([task])
            raise
        finally:
            self._live.discard(exchange)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- The end ----------------------------------------------------------------------------

    def _wait_for_the_end(self) -> None:
        """Once Twisted runs: what is set up earlier could belong to another server."""
        reactor: Any = sys.modules.get("twisted.internet.reactor")
        if self._reactor is None and reactor is not None and reactor.running:
            self._reactor = reactor
            reactor.addSystemEventTrigger("before", "shutdown", self._begin)

    def _begin(self) -> Any:
        """Called once by the reactor; it stops when the Deferred fires."""
        from twisted.internet.defer import Deferred

        self.is_draining = True
        # Before anything else runs: those who are cancelled now ask whether we are draining.
        for exchange in list(self._live):
            self._start(exchange.leave())
        self._stop_listening()
        return Deferred.fromFuture(asyncio.ensure_future(self._finish()))

    def _stop_listening(self) -> None:
        from twisted.internet.interfaces import IListeningPort

        for port in self._reactor.getReaders():
            if IListeningPort.providedBy(port):
                # Those who wait at the door come in; after that it is closed.
                port.doRead()
                port.stopListening()

    async def _finish(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limit):
                await asyncio.sleep(GRACE)
                while self._tasks:
                    await asyncio.wait(self._tasks)
                # Answers that are still being written would be cut.
                while self._reactor.getWriters():
                    await asyncio.sleep(0.01)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(0)


def _spare_the_idle() -> None:
    """Have Daphne end what runs and pass over connections on which nothing does.

    At the first that is between two requests it would stop with a KeyError, and leave the others as
    they are. It offers no other way: its trigger stands before ours, and knows the server alone.
    """
    server = getattr(sys.modules.get("daphne.server"), "Server", None)
    if server is None or hasattr(server.kill_all_applications, "__wrapped__"):
        return
    kill = server.kill_all_applications

    @wraps(kill)
    def kill_what_runs(self: Any) -> Any:
        everyone = self.connections
        self.connections = {
            protocol: details
            for protocol, details in everyone.items()
            if "application_instance" in details
        }
        try:
            return kill(self)
        finally:
            self.connections = everyone

    server.kill_all_applications = kill_what_runs
