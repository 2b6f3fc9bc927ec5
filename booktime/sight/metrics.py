"""The metrics for Prometheus.

Labels are names from the source (routes, methods, codes, tasks), never input: the number of series
is limited. Why not django-prometheus: docs/decisions/0020.
"""

from typing import Any

from django.conf import settings
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
)

from booktime.sight.close_codes import KNOWN

OTHER = "other"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# A second series for each, with its time of creation.
disable_created_metrics()  # type: ignore[no-untyped-call]
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
streams_open = Gauge("streams_open", "Streams of customer service's list.", **_mine)
messages_stored = Counter("messages_stored", "Messages of conversations.", ["kind"], **_mine)
refusals = Counter("refusals", "What sockets asked for and was refused.", ["code"], **_mine)
tasks = Counter("tasks", "Attempts at tasks, by how they ended.", ["task", "result"], **_mine)
task_seconds = Histogram(
    "task_seconds", "How long tasks took.", ["task"], buckets=_BUCKETS, **_mine
)
errors_logged = Counter("errors_logged", "Lines of the log that tell of an error.", **_mine)
Info("build", "What is running.", **_mine).info({"revision": settings.GIT_REV})


def known_method(method: str) -> str:
    return method if method in METHODS else OTHER


def known_code(code: int | None) -> str:
    return str(code) if code in KNOWN else OTHER
