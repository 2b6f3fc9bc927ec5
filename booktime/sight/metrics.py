"""What is counted for Prometheus, on a port of its own: no proxy leads to it, and no page does.

Labels are names that stand in the source (routes, methods, codes, tasks), never what somebody sent:
there are only so many series. Why not django-prometheus: docs/decisions/0020.
"""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily

from booktime.server.leased_threads import LeasedThreads

logger = logging.getLogger(__name__)

OTHER = "other"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Of sockets: the shop's own, and those that browsers and servers give.
CODES = {1000, 1001, 1005, 1006, 1009, 1011, 1012, 4001, 4003, 4008, 4009, 4012, 4015}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
KEPT = 10  # seconds for which what was counted in the database is not counted again
AGAIN = 10  # seconds between two tries to have the port

# A second series for each, of when it began to be.
disable_created_metrics()
registry = CollectorRegistry()
_mine: dict[str, Any] = {"namespace": "booktime", "registry": registry}
requests = Counter("requests", "Requests answered.", ["route", "method", "status"], **_mine)
request_seconds = Histogram(
    "request_seconds", "From the request to the end of its answer.", ["route", "method"],
    buckets=_BUCKETS, **_mine,
)  # fmt: skip
requests_in_flight = Gauge("requests_in_flight", "Requests being answered.", **_mine)
sockets_open = Gauge("sockets_open", "Sockets of conversations that are open.", **_mine)
sockets_closed = Counter("sockets_closed", "Sockets that ended, by close code.", ["code"], **_mine)
streams_open = Gauge("streams_open", "Streams of customer service's desk.", **_mine)
messages_stored = Counter("messages_stored", "Messages of conversations.", ["kind"], **_mine)
refusals = Counter("refusals", "What sockets asked for and was refused.", ["code"], **_mine)
tasks = Counter("tasks", "Attempts at tasks, by how they ended.", ["task", "result"], **_mine)
task_seconds = Histogram(
    "task_seconds", "How long tasks took.", ["task"], buckets=_BUCKETS, **_mine
)
errors_logged = Counter("errors_logged", "Lines of the log that tell of an error.", **_mine)
Info("build", "What is running.", **_mine).info({"revision": settings.GIT_REV})


class Threads:
    """How many threads there are for requests, and how many of them are free."""

    def __init__(self, threads: LeasedThreads) -> None:
        self._threads = threads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        free = self._threads.free
        for state, value in (("free", free), ("leased", self._threads.size - free)):
            name = f"booktime_threads_{state}"
            yield GaugeMetricFamily(name, f"Threads for requests: {state}.", value)


class Stored:
    """What waits in the database, and its pool. While it is away these are missing, and no others.

    Whoever asks every second does not ask the database every second.
    """

    def __init__(self) -> None:
        self._counted: dict[str, int] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (says, _) in _COUNTED.items():
            if (value := self._look().get(name)) is not None:
                yield GaugeMetricFamily(f"booktime_{name}", says, value)
        for name, value in _pool().items():
            says = f"psycopg's pool of this process: {name}."
            yield GaugeMetricFamily(f"booktime_database_{name}", says, value)

    def _look(self) -> dict[str, int]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._counted = _count()
                self._until = time.monotonic() + KEPT
            return self._counted


def _count() -> dict[str, int]:
    try:
        return {name: count() for name, (_, count) in _COUNTED.items()}
    except DatabaseError as error:
        logger.warning("What waits could not be counted: %s", error)
        return {}
    finally:
        connection.close()


def _waiting_conversations() -> int:
    from main.models import Conversation

    return Conversation.objects.filter(waiting_since__isnull=False).count()


def _waiting_tasks() -> int:
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.ready().count()


_COUNTED = {
    "conversations_waiting": ("Customers who wait for an answer.", _waiting_conversations),
    "tasks_waiting": ("Tasks that are due and wait for a worker.", _waiting_tasks),
}


def _pool() -> dict[str, int]:
    pools = getattr(connection, "_connection_pools", {})
    pool = pools.get(connection.alias)
    return {} if pool is None else {
        name: value
        for name, value in pool.get_stats().items()
        if name in ("pool_size", "pool_available", "requests_waiting", "requests_errors")
    }  # fmt: skip


def known_method(method: str) -> str:
    return method if method in METHODS else OTHER


def known_code(code: int | None) -> str:
    return str(code) if code in CODES else OTHER


class ErrorCount(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        errors_logged.inc()


def listen(threads: LeasedThreads | None = None) -> None:
    """Where METRICS_PORT says so. Without the port the shop serves all the same."""
    if not settings.METRICS_PORT:
        return
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(Stored())
    if threads is not None:
        registry.register(Threads(threads))
    logging.getLogger().addHandler(ErrorCount(logging.ERROR))
    port = settings.METRICS_PORT
    if error := _open(port):
        # Two releases can stand side by side on one machine until the first has ended.
        logger.warning("No metrics yet: port %s: %s.", port, error.strerror or error)
        threading.Thread(target=_keep_trying, args=[port], name="metrics", daemon=True).start()


def _open(port: int) -> OSError | None:
    try:
        start_http_server(port, registry=registry)
    except OSError as error:
        return error
    return None


def _keep_trying(port: int) -> None:
    while _open(port):
        time.sleep(AGAIN)
    logger.info("Metrics are on port %s now.", port)
