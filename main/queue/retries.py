"""Retries: a task that fails is tried again at growing intervals, for a little over a day."""

import functools
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.db import OperationalError, close_old_connections, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from booktime.sight.outages import DATABASE_ERRORS
from main.queue import progress
from main.queue.deadlines import DEADLINE, TookTooLong, deadline

logger = logging.getLogger(__name__)
# Seconds to wait before the second, third ... attempt.
RETRY_AFTER = (30, 120, 600, 3600, 6 * 3600, 18 * 3600)


class NotStored(OperationalError):
    """The task failed and its retry could not be stored: the database is away."""


def retried(
    work: Callable[..., None],
    *,
    waits: Sequence[int] = RETRY_AFTER,
    limit: float = DEADLINE,
    module: str = "",
) -> Task:
    """Make `work` a task that is retried after each of `waits` (seconds) if it raises.

    It is ended after `limit` seconds, and raises then. It is stored under `module`, or else under
    its own module.
    """

    @functools.wraps(work)
    def attempt_work(*, attempt: int = 0, **arguments: Any) -> None:
        try:
            with deadline(limit):
                work(**arguments)
        except Exception as error:
            if isinstance(error, TookTooLong):
                _let_others_pass(made)
            _try_again(made, waits[attempt:], attempt=attempt, arguments=arguments)
            raise  # the backend keeps the failed attempt with its traceback

    attempt_work.__module__ = module or work.__module__
    made = task(attempt_work)
    return made


def waits_within(length: timedelta) -> tuple[int, ...]:
    """As many of RETRY_AFTER as fit into `length` together."""
    together = accumulate(RETRY_AFTER)
    return tuple(
        wait
        for wait, sum_ in zip(RETRY_AFTER, together, strict=True)
        if sum_ < length.total_seconds()
    )


def _let_others_pass(made: Task) -> None:
    """Tasks of the same kind will likely take as long: what else is due goes before them."""
    now = timezone.now()
    same = DBTaskResult.objects.filter(status="READY", task_path=made.module_path)
    with suppress(*DATABASE_ERRORS):
        same.filter(run_after__lte=now).update(run_after=now)


def _try_again(made: Task, waits: Sequence[int], *, attempt: int, arguments: dict) -> None:
    if not waits or not made.get_backend().supports_defer:
        # Not with its arguments: a mail about an account carries a link that opens it.
        logger.error("Task %s failed for good.", made.name)
        return
    later = timezone.now() + timedelta(seconds=waits[0])
    try:
        close_old_connections()  # perhaps the database failed, and is back
        with transaction.atomic():
            again = made.using(run_after=later).enqueue(attempt=attempt + 1, **arguments)
            progress.carry_over(again.id)
    except DATABASE_ERRORS as error:
        raise NotStored(*error.args) from error
