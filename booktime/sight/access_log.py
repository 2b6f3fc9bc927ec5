"""What is logged and counted of each request and stream: a line when it ends, by its route.

Around the applications, where the time is the visitor's (with the wait for a thread, and the
sending), and nothing is missed: static files, refused hosts, streams that Django never sees.
Sockets: socket_log.py.
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
STATIC, UNMATCHED = "static", "unmatched"  # routes of what no view answers
GONE = 499  # for nginx, and here: the client left before there was an answer


class Answer:
    """Remembers the status on its way out, and gives the answer the request's id."""

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
    """Good answers to what is asked every few seconds (`is_routine`) are counted, not logged."""

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
    """What goes on and on has a line as it opens, too."""

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
    """Our own. One that comes with a request may be of the proxy, or what a visitor typed."""
    return secrets.token_hex(16)


@contextmanager
def logging_errors() -> Iterator[None]:
    """What nobody below has caught: the server would print it, and know nothing about it."""
    try:
        yield
    except Exception:
        logger.exception("What was asked for failed.")
        raise


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _route_without_view(scope: Scope) -> str:
    return STATIC if scope["path"].startswith(settings.STATIC_URL) else UNMATCHED


def _level(status: int, *, is_routine: bool) -> int:
    if status >= 500:
        return logging.WARNING
    return logging.DEBUG if is_routine and status < 400 else logging.INFO
