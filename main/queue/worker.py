"""The worker: runs stored tasks one after another, and survives a database that goes away."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import partial
from itertools import chain, repeat
from typing import Any

from django.db import connection, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from booktime.sight.outages import DATABASE_ERRORS, in_one_line, is_database_away
from main.queue import progress
from main.queue.clock import put_off_due
from main.queue.retries import NotStored
from main.queue.unknown import is_known, put_back
from main.queue.upkeep import forget_done, forget_finished_tasks, give_back_tasks

logger = logging.getLogger(__name__)

PAUSE = 1  # seconds between two looks at an empty queue
CLOCK_PAUSE = 5  # seconds between two looks for periodic jobs that are due
AWAY_PAUSES = (1, 2, 4, 8, 15)  # seconds between two looks for a database that is away


class PatientWorker(Worker):
    """Loses no task to a database that goes away, a killed worker or another release."""

    def __init__(self, *, is_patient: bool) -> None:
        super().__init__(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=PAUSE,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=get_random_string(32),
        )
        self.is_patient = is_patient
        self.in_hand: DBTaskResult | None = None
        self.looked_at_clock = -math.inf

    def begin(self) -> None:
        """Tidy up what the previous worker left behind."""
        give_back_tasks()
        forget_finished_tasks()

    def look(self) -> bool:
        """Run the task that was due first; return whether there was one.

        Periodic jobs are checked between tasks, so that a queue that never empties delays none.
        """
        self._give_back()
        now = time.monotonic()
        if now - self.looked_at_clock >= CLOCK_PAUSE:
            put_off_due()
            self.looked_at_clock = now
        self._run_tasks = 0
        self.run()
        return self._run_tasks > 0

    def patiently(self, do: Callable[..., Any], *args: Any) -> Any:
        """Do it; if the database is away, wait until it is back and do it again."""
        pauses = chain(AWAY_PAUSES, repeat(AWAY_PAUSES[-1]))
        while True:
            try:
                return do(*args)
            except DATABASE_ERRORS as error:
                if not (self.is_patient and self.running and is_database_away(error)):
                    raise
                logger.warning("The database is away: %s", in_one_line(error))
                begun = time.monotonic()
                self._await_database(pauses)
                logger.info("The database is back after %d s.", time.monotonic() - begun)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """A task's end must be recorded, however late, or the task would run again."""
        task = self.in_hand = db_task_result
        if is_known(task.task_path):
            task.set_successful = partial(self.patiently, forget_done, task)
            task.set_failed = partial(self._set_failed, task.set_failed)
            # The log context ends with the task, even if its end cannot be reported.
            with progress.of(task):
                copy_context().run(super().run_task, task)
        else:
            self.patiently(put_back, task)
            self._run_tasks += 1
        self.in_hand = None

    def _set_failed(self, set_failed: Callable[[BaseException], None], error: Any) -> None:
        """Unless its retry could not be stored: then a worker puts the task itself back."""
        if isinstance(error, NotStored) or not isinstance(error, Exception):
            raise error
        self.patiently(set_failed, error)

    def _give_back(self) -> None:
        """Put back the task that was in hand when the database went away."""
        if task := self.in_hand:
            mine = DBTaskResult.objects.filter(pk=task.pk, started_at=task.started_at)
            mine.filter(status="RUNNING").update(status="READY", started_at=None)
            self.in_hand = None

    def _await_database(self, pauses: Iterator[int]) -> None:
        is_in_task, self.running_task = self.running_task, False  # so a signal ends it at once
        for pause in pauses:
            time.sleep(pause)
            connections.close_all()
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                break
            except DATABASE_ERRORS:
                continue
        self.running_task = is_in_task
