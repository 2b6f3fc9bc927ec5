"""Logs and counts each socket: when it opened, what it was refused, and how it ended."""

import logging
import time

from booktime.sight import log_context, metrics
from booktime.sight.access_log import logging_errors, milliseconds, new_id
from booktime.sight.asgi_types import Application, Message, Receive, Scope, Send
from booktime.sight.close_codes import RESTARTS

logger = logging.getLogger(__name__)


def sockets(application: Application) -> Application:
    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        with log_context.about(socket=new_id()), logging_errors():
            await _Socket(receive, send).run(application, scope)

    return logged


def log_refusal(code: str) -> None:
    """Log that a frame was refused; called where that happens. `code` is from the source."""
    metrics.refusals.labels(code).inc()
    logger.info("message_refused", extra={"code": code})


class _Socket:
    """One socket: when it opened, who closed it and with which code."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._is_open = self._is_closed = False
        self._begun = time.perf_counter()

    async def run(self, application: Application, scope: Scope) -> None:
        try:
            await application(scope, self.receive, self.send)
        finally:
            self._close(None, by="shop")

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code")
            self._close(code, by="shop" if code in RESTARTS else "client")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.accept":
            self._is_open = True
            metrics.sockets_open.inc()
            logger.info("socket_opened")
        elif message["type"] == "websocket.close":
            self._close(message.get("code", 1000), by="shop")
        await self._send(message)

    def _close(self, code: int | None, *, by: str) -> None:
        """Only the first call counts: the closing side is told of the end as well."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_open:
            metrics.sockets_open.dec()
        metrics.sockets_closed.labels(metrics.known_code(code)).inc()
        duration = milliseconds(time.perf_counter() - self._begun)
        event = "socket_closed" if self._is_open else "socket_refused"
        logger.info(event, extra={"code": code, "by": by, "duration_ms": duration})
