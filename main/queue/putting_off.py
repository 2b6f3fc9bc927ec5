"""Puts a job off, by its name, in the transaction that asks for it.

With the database backend a task is stored in that transaction, so neither can be without the
other; the worker does it. The immediate backend does it in this process, after the commit.
"""

from datetime import datetime
from threading import Timer
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django_tasks.base import Task

from main.queue.names import job_named


def put_off(name: str, /, **arguments: Any) -> None:
    """Have the job done if, and only if, the surrounding transaction commits.

    `arguments` are ids and plain text, since another process reads them. Raises UnknownJob.
    """
    task = job_named(name).task
    if task.get_backend().supports_defer:
        # With its time: tasks without one would wait behind all that are due again, for ever if
        # those keep coming (the backend takes "no time" for the year 9999).
        task.using(run_after=timezone.now()).enqueue(**arguments)
    else:
        transaction.on_commit(lambda: task.enqueue(**arguments))


def put_off_until(at: datetime, name: str, /, **arguments: Any) -> None:
    """Have the job done at `at` if the surrounding transaction commits. Raises UnknownJob.

    Without a stored queue the process itself waits: what waits in it ends with it.
    """
    task = job_named(name).task
    if task.get_backend().supports_defer:
        task.using(run_after=at).enqueue(**arguments)
        return
    delay = max(0.0, (at - timezone.now()).total_seconds())
    timer = Timer(delay, _run_late, [task, arguments])
    timer.daemon = True
    transaction.on_commit(timer.start)


def _run_late(task: Task, arguments: dict) -> None:
    """In a thread of its own, whose connection to the database ends with it."""
    try:
        task.enqueue(**arguments)
    finally:
        connections.close_all()
