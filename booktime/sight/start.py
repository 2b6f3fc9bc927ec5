"""Begins to observe a process, web or worker: Sentry, the metrics' port, tasks, and its end."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from booktime.sight import metrics_port, sentry, task_log
from booktime.sight.metrics_port import Counted, Threads

logger = logging.getLogger(__name__)


def begin(*, counted: Mapping[str, Counted], threads: Threads | None = None) -> None:
    """Once, before the process serves. `counted` and `threads` are what the metrics read."""
    sentry.begin()
    metrics_port.listen(counted=counted, threads=threads)
    task_log.listen()
    sys.excepthook = log_end


def log_end(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A process that ends by an error says so in its log, and to whoever is told of errors."""
    if issubclass(kind, Exception):
        logger.critical("The process ended by an error.", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)
