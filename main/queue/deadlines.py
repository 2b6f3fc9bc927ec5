"""A deadline for each task: what takes too long is ended and tried again, and the rest goes on.

A mail server that sends a line now and then never meets a time-out, which begins anew with each.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NoReturn

from django.db import connections

# Seconds; the worker of a task that takes longer than main.queue.lost allows counts as killed.
DEADLINE, LONGEST = 60, 540
AGAIN = 5  # seconds, if the work catches the error, or waits once more while it cleans up


class TookTooLong(Exception):
    """The task had not ended at its deadline."""


def within(length: timedelta) -> float:
    """The deadline (seconds) of a job that runs once in `length`."""
    return min(length.total_seconds(), LONGEST)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block once it has taken this long.

    Only in a process's main thread, such as a worker's: signals reach no other.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _end)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    except TookTooLong:
        signal.setitimer(signal.ITIMER_REAL, 0)
        # It may have been waiting for an answer of the database, which would come to the next.
        connections.close_all()
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _end(*args: Any) -> NoReturn:
    raise TookTooLong
