"""What is told and counted of each request, stream and socket: a line when it ends, by its route.

Around the applications, where the time is the visitor's (with the wait for a thread, and the
sending), and nothing is missed: static files, refused hosts, streams that Django never sees.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from booktime.server.in_flight import RESTARTING, Application, Message, Receive, Scope, Send
from booktime.sight import metrics
from main.gateways import log_facts

logger = logging.getLogger(__name__)

HEADER = b"x-request-id"
_ORDER = re.compile(r"/ws/customer-service/(\d{1,18})/")
STATIC, UNMATCHED, DESK = "static", "unmatched", "desk_stream"
HEALTH = {"healthz", "healthz_alive"}
# By these an application hears of the server's end: from ours (drain.py), and from uvicorn.
RESTARTS = {RESTARTING, 1012}
GONE = 499  # for nginx, and here: the client left before there was an answer
# So begins a frame of refusal: only those are read.
_REFUSED = '{"type":"refused"'


class Answered:
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


def requests(application: Application) -> Application:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        begun, request_id = time.perf_counter(), new_id()
        method = metrics.known_method(scope["method"])
        answered = Answered(send, request_id)
        with log_facts.about(request_id=request_id, method=method) as facts, _telling_of_errors():
            try:
                with metrics.requests_in_flight.track_inprogress():
                    await application(scope, receive, answered.send)
            except Exception:
                answered.status = answered.status or 500  # the server's own answer then
                raise
            finally:
                route = facts.setdefault("route", _route_without_view(scope))
                _tell_request(route, method, answered.status, time.perf_counter() - begun)

    return watched


def streams(application: Application) -> Application:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        begun, request_id = time.perf_counter(), new_id()
        method = metrics.known_method(scope["method"])
        answered = Answered(send, request_id, opens="stream_opened")
        with (
            log_facts.about(request_id=request_id, method=method, route=DESK),
            _telling_of_errors(),
            metrics.streams_open.track_inprogress(),
        ):
            try:
                await application(scope, receive, answered.send)
            finally:
                status = answered.status or GONE
                metrics.requests.labels(DESK, method, status).inc()
                ms = _ms(time.perf_counter() - begun)
                logger.info("stream_closed", extra={"status": status, "duration_ms": ms})

    return watched


def sockets(application: Application) -> Application:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        found = _ORDER.fullmatch(scope["path"])
        order_id = int(found[1]) if found else None
        with (
            log_facts.about(socket=new_id(), order_id=order_id),
            _telling_of_errors(),
        ):
            await Conversed(receive, send).run(application, scope)

    return watched


class Conversed:
    """One socket: when it opened, what was refused, and who ended it by which code."""

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
        kind = message["type"]
        if kind == "websocket.accept":
            self._is_open = True
            metrics.sockets_open.inc()
            logger.info("socket_opened")
        elif kind == "websocket.close":
            self._close(message.get("code", 1000), by="shop")
        elif message.get("text", "").startswith(_REFUSED):
            _tell_refusal(message["text"])
        await self._send(message)

    def _close(self, code: int | None, *, by: str) -> None:
        """The first time counts: who closes hears of the end as well."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_open:
            metrics.sockets_open.dec()
        metrics.sockets_closed.labels(metrics.known_code(code)).inc()
        ms = _ms(time.perf_counter() - self._begun)
        event = "socket_closed" if self._is_open else "socket_refused"
        logger.info(event, extra={"code": code, "by": by, "duration_ms": ms})


def new_id() -> str:
    """Our own. One that comes with a request may be of the proxy, or what a visitor typed."""
    return secrets.token_hex(16)


@contextmanager
def _telling_of_errors() -> Iterator[None]:
    """What nobody below has caught: the server would print it, and know nothing about it."""
    try:
        yield
    except Exception:
        logger.exception("What was asked for failed.")
        raise


def _route_without_view(scope: Scope) -> str:
    return STATIC if scope["path"].startswith(settings.STATIC_URL) else UNMATCHED


def _tell_request(route: str, method: str, status: int, seconds: float) -> None:
    status = status or GONE
    metrics.requests.labels(route, method, status).inc()
    metrics.request_seconds.labels(route, method).observe(seconds)
    # Fifteen files a page, and a look at the health every few seconds, are counted and not told.
    is_told = status >= 400 or (route != STATIC and route not in HEALTH)
    level = logging.WARNING if status >= 500 else logging.INFO if is_told else logging.DEBUG
    logger.log(level, "request", extra={"status": status, "duration_ms": _ms(seconds)})


def _tell_refusal(frame: str) -> None:
    code = json.loads(frame)["code"]
    metrics.refusals.labels(code).inc()
    logger.info("message_refused", extra={"code": code})


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
