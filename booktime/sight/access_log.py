"""Logs and counts each request and stream: one line when it ends, by route.

It wraps the applications, to measure the visitor's time (including the wait for a thread, and
sending) and to miss nothing: static files, refused hosts, streams that Django never sees. Sockets
are in socket_log.py.
"""

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from booktime.sight import log_context, metrics
from booktime.sight.asgi_types import Application, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

HEADER = b"x-request-id"
STATIC, UNMATCHED = "static", "unmatched"  # routes for answers that no view makes
GONE = 499  # as in nginx: the client left before there was an answer


class Answer:
    """Remembers the answer's status and adds the request's id to it."""

    def __init__(self, send: Send, request_id: str, *, opens: str = "") -> None:
        self._send = send
        self._opens = opens
        self._header = (HEADER, request_id.encode())
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._opens and self.status < 400:
                logger.info(self._opens)
            message = {**message, "headers": [*message.get("headers", ()), self._header]}
        await self._send(message)


def requests(application: Application, *, is_routine: bool = False) -> Application:
    """Successful routine requests (`is_routine`: every few seconds) are counted, not logged."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        begun, request_id = time.perf_counter(), new_id()
        method = metrics.known_method(scope["method"])
        answer = Answer(send, request_id)
        with log_context.about(request_id=request_id, method=method) as facts, logging_errors():
            try:
                with metrics.requests_in_flight.track_inprogress():
                    await application(scope, receive, answer.send)
            except Exception:
                answer.status = answer.status or 500  # the server's own answer then
                raise
            finally:
                route = facts.setdefault("route", _route_without_view(scope))
                status, seconds = answer.status or GONE, time.perf_counter() - begun
                metrics.requests.labels(route, method, status).inc()
                metrics.request_seconds.labels(route, method).observe(seconds)
                level = _level(status, is_routine=is_routine or route == STATIC)
                duration = milliseconds(seconds)
                logger.log(level, "request", extra={"status": status, "duration_ms": duration})

    return logged


def streams(application: Application, *, route: str) -> Application:
    """Streams are also logged when they open, since they last."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        begun, request_id = time.perf_counter(), new_id()
        method = metrics.known_method(scope["method"])
        answer = Answer(send, request_id, opens="stream_opened")
        with (
            log_context.about(request_id=request_id, method=method, route=route),
            logging_errors(),
            metrics.streams_open.track_inprogress(),
        ):
            try:
                await application(scope, receive, answer.send)
            finally:
                status = answer.status or GONE
                metrics.requests.labels(route, method, status).inc()
                duration = milliseconds(time.perf_counter() - begun)
                logger.info("stream_closed", extra={"status": status, "duration_ms": duration})

    return logged


def new_id() -> str:
    """Our own id. One that comes with a request may be the proxy's, or a visitor's invention."""
    return secrets.token_hex(16)


@contextmanager
def logging_errors() -> Iterator[None]:
    """Logs errors that nothing else has caught: the server would print them without context."""
    try:
        yield
    except Exception:
        logger.exception("Unhandled error.")
        raise


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _route_without_view(scope: Scope) -> str:
    return STATIC if scope["path"].startswith(settings.STATIC_URL) else UNMATCHED


def _level(status: int, *, is_routine: bool) -> int:
    if status >= 500:
        return logging.WARNING
    return logging.DEBUG if is_routine and status < 400 else logging.INFO
