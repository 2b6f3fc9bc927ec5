"""Where Prometheus reads the metrics: a separate port, to which no proxy and no page leads.

Waiting work in the database, its pool and the threads are measured on request.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import GCCollector, PlatformCollector, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily

from booktime.sight.metrics import errors_logged, registry
from booktime.sight.thread_queue import Threads

logger = logging.getLogger(__name__)

KEPT = 10  # seconds for which figures from the database are cached
AGAIN = 10  # seconds between two attempts to open the port


class Counted(NamedTuple):
    """One of the shop's own figures: its description, and how to count it in the database."""

    help: str
    look: Callable[[], int]


class ThreadFigures:
    """The number of threads for requests, and how many are free."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        free = self._threads.free
        for state, value in (("free", free), ("leased", self._threads.size - free)):
            name = f"booktime_threads_{state}"
            yield GaugeMetricFamily(name, f"Threads for requests: {state}.", value)


class DatabaseFigures:
    """Waiting work in the database, and its pool; only these are missing while it is away.

    Cached, so that reading the metrics every second does not query the database every second.
    """

    def __init__(self, counted: Mapping[str, Counted]) -> None:
        self._counted = counted
        self._known: dict[str, int] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._look().items():
            yield GaugeMetricFamily(f"booktime_{name}", self._counted[name].help, value)
        for name, value in _pool().items():
            says = f"psycopg's pool of this process: {name}."
            yield GaugeMetricFamily(f"booktime_database_{name}", says, value)

    def _look(self) -> dict[str, int]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._known = self._count()
                self._until = time.monotonic() + KEPT
            return self._known

    def _count(self) -> dict[str, int]:
        try:
            return {name: figure.look() for name, figure in self._counted.items()}
        except DatabaseError as error:
            logger.warning("Waiting work could not be counted: %s", error)
            return {}
        finally:
            connection.close()


def _pool() -> dict[str, int]:
    pools = getattr(connection, "_connection_pools", {})
    pool = pools.get(connection.alias)
    return {} if pool is None else {
        name: value
        for name, value in pool.get_stats().items()
        if name in ("pool_size", "pool_available", "requests_waiting", "requests_errors")
    }  # fmt: skip


class ErrorCount(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        errors_logged.inc()


def listen(*, counted: Mapping[str, Counted], threads: Threads | None = None) -> None:
    """On METRICS_PORT, if set. If it cannot be opened, the shop serves all the same."""
    if not settings.METRICS_PORT:
        return
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(DatabaseFigures(counted))
    if threads is not None:
        registry.register(ThreadFigures(threads))
    logging.getLogger().addHandler(ErrorCount(logging.ERROR))
    port = settings.METRICS_PORT
    if error := _open(port):
        # Two releases can run side by side on one machine until the old one has ended.
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
    logger.info("Metrics are now on port %s.", port)
