"""Puts a job off by its name, in the caller's transaction.

With the database backend the task is stored in that transaction, so neither exists without the
other, and a worker runs it. The immediate backend runs it in this process, after the commit.
"""

from datetime import datetime
from threading import Timer
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django_tasks.base import Task

from main.queue.names import job_named


def put_off(name: str, /, **arguments: Any) -> None:
    """Run the job if, and only if, the surrounding transaction commits.

    `arguments` are ids and plain text, since another process reads them. Raises UnknownJob.
    """
    task = job_named(name).task
    if task.get_backend().supports_defer:
        # Always with a time: the backend takes "no time" for the year 9999, so that tasks without
        # one wait behind every retry, for ever if those keep coming.
        task.using(run_after=timezone.now()).enqueue(**arguments)
    else:
        transaction.on_commit(lambda: task.enqueue(**arguments))


def put_off_until(at: datetime, name: str, /, **arguments: Any) -> None:
    """Run the job at `at` if the surrounding transaction commits. Raises UnknownJob.

    The immediate backend waits in this process, and forgets the job if the process ends first.
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
    """In a thread of its own, which closes its database connection at the end."""
    try:
        task.enqueue(**arguments)
    finally:
        connections.close_all()
