"""What is in flight: a request, stream or socket, and how each ends when the server stops."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Protocol

from booktime.sight.asgi_types import Application, Message, Receive, Scope, Send
from booktime.sight.close_codes import RESTARTING

SPREAD_MS = 2000  # clients reconnect at random moments within this time
PATIENCE = 2.0  # seconds: for an application to end, and for a client to answer a close


class Server(Protocol):
    is_draining: bool


class Request:
    """Runs to its end."""

    task: asyncio.Task[None]

    def __init__(self, server: Server, receive: Receive, send: Send) -> None:
        self.server = server
        self._receive = receive
        self._send = send

    async def run(self, application: Application, scope: Scope) -> None:
        await application(scope, self._receive, self.send)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self.server.is_draining:
            # Otherwise the client might send its next request to a server that is gone.
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        await self._send(message)

    async def leave(self) -> None:
        """What to do besides `run` when the server stops."""


class Interruptible(Request):
    """Runs until one side leaves; when the server stops, its application sees a disconnect."""

    disconnect: ClassVar[Message]

    def __init__(self, server: Server, receive: Receive, send: Send) -> None:
        super().__init__(server, receive, send)
        self._waiting: asyncio.Task[Any] | None = None
        self._is_interrupted = False
        self._is_cancelled_by_us = False

    async def run(self, application: Application, scope: Scope) -> None:
        await application(scope, self.receive, self.send)

    async def receive(self) -> Message:
        if self._is_interrupted:
            self._is_interrupted = False
            return dict(self.disconnect)
        self._waiting = asyncio.current_task()
        try:
            return await self._receive()
        except asyncio.CancelledError:
            if not self._is_cancelled_by_us or self._waiting is None:
                raise
            # A message that arrives at this moment stays in the server's queue.
            self._is_cancelled_by_us = self._is_interrupted = False
            self._waiting.uncancel()
            return dict(self.disconnect)
        finally:
            self._waiting = None

    async def interrupt(self) -> None:
        self._is_interrupted = True
        if self._waiting is not None:
            # Cheaper than a second task beside each receive, for something that happens once.
            self._is_cancelled_by_us = True
            self._waiting.cancel()
        await asyncio.wait([self.task], timeout=PATIENCE)


class Stream(Interruptible):
    disconnect: ClassVar[Message] = {"type": "http.disconnect"}

    def __init__(self, server: Server, receive: Receive, send: Send) -> None:
        super().__init__(server, receive, send)
        self._is_open = False

    async def send(self, message: Message) -> None:
        self._is_open = message["type"] != "http.response.body" or message.get("more_body", False)
        await super().send(message)

    async def leave(self) -> None:
        await self.interrupt()
        if self._is_open:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})


class Socket(Interruptible):
    disconnect: ClassVar[Message] = {"type": "websocket.disconnect", "code": RESTARTING}

    def __init__(
        self, server: Server, receive: Receive, send: Send, *, goodbye: Callable[[int], str]
    ) -> None:
        """`goodbye` makes the last frame, which says after how many milliseconds to reconnect."""
        super().__init__(server, receive, send)
        self._goodbye = goodbye
        self._is_accepted = self._is_over = False

    async def run(self, application: Application, scope: Scope) -> None:
        if self.server.is_draining:
            await self._receive()
            await self._close()
        else:
            await super().run(application, scope)

    async def receive(self) -> Message:
        message = await super().receive()
        self._is_over |= message["type"] == "websocket.disconnect" and not self.server.is_draining
        return message

    async def send(self, message: Message) -> None:
        if self._is_over:
            return
        self._is_accepted |= message["type"] == "websocket.accept"
        self._is_over = message["type"] == "websocket.close"
        await self._send(message)

    async def leave(self) -> None:
        if self._is_accepted:
            await self._say_goodbye()
        await self.interrupt()
        await self._close()

    async def _say_goodbye(self) -> None:
        after = random.randrange(SPREAD_MS + 1)  # noqa: S311 - chance that need not be secret
        await self.send({"type": "websocket.send", "text": self._goodbye(after)})

    async def _close(self) -> None:
        if not self._is_accepted:
            await self.send({"type": "websocket.accept"})
            await self._say_goodbye()
        await self.send({"type": "websocket.close", "code": RESTARTING})
        # Leaving before the other side has answered may cut off the last frames.
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while (await self._receive())["type"] != "websocket.disconnect":
                    pass
