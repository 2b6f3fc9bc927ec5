"""Starts observing a process, web or worker: Sentry, metrics' port, tasks, and its end."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from booktime.sight import metrics_port, sentry, task_log, thread_queue
from booktime.sight.metrics_port import Counted
from booktime.sight.thread_queue import Threads

logger = logging.getLogger(__name__)


def begin(*, counted: Mapping[str, Counted], threads: Threads | None = None) -> None:
    """Call once, before the process serves. The metrics read `counted` and `threads`."""
    sentry.begin()
    if threads is not None:
        thread_queue.watch(threads)
    metrics_port.listen(counted=counted, threads=threads)
    task_log.listen()
    sys.excepthook = log_end


def log_end(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Log an error that ends the process, so that it is also reported."""
    if issubclass(kind, Exception):
        logger.critical("An error ended the process.", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)
