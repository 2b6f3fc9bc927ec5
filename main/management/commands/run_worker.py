"""The worker beside the web process: does stored tasks, and looks after their table."""

import logging
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from booktime.sight import outages, start
from main.reports.waiting import WAITING
from main.tasks import NotStored

logger = logging.getLogger(__name__)

# Longer than any task of ours: whoever has one for so long was killed over it.
LOST_AFTER = timedelta(minutes=10)
# Failures are kept to be looked at; what was done is forgotten, since it can hold people's mail.
FAILURES_KEPT = timedelta(days=7)
PAUSE = 1  # seconds between two looks at an empty queue
AWAY_PAUSES = (1, 2, 4, 8, 15)  # seconds between two looks for a database that is away


class Command(BaseCommand):
    help = "Does the stored tasks (mails, pictures) until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="Do what is due, then end.")

    def handle(self, *, batch: bool, **options) -> None:
        worker = PatientWorker(is_patient=not batch)
        if not batch:
            worker.configure_signals()
            start.begin(counted=WAITING)
            logger.info("The worker waits for tasks (end it with Ctrl-C).")
        while True:
            try:
                worker.patiently(worker.look_through)
            except Error as error:
                if outages.is_database_away(error):
                    raise CommandError(
                        f"The database failed: {outages.in_one_line(error)}"
                    ) from None
                raise
            if batch or not worker.running:
                return
            time.sleep(PAUSE)


class PatientWorker(Worker):
    """Outlives a database that goes away, and loses no task over it."""

    def __init__(self, *, is_patient: bool) -> None:
        super().__init__(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=PAUSE,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        self.is_patient = is_patient
        self.in_hand: DBTaskResult | None = None

    def look_through(self) -> None:
        """Do all that is due."""
        self._give_back()
        revive_lost_tasks()
        self.run()
        forget_finished_tasks()

    def patiently(self, do: Callable[..., None], *args: Any) -> None:
        """Do it; if the database fails, wait until it is back, and do it again."""
        pauses = chain(AWAY_PAUSES, repeat(AWAY_PAUSES[-1]))
        while True:
            try:
                return do(*args)
            except outages.DATABASE_ERRORS as error:
                if not (self.is_patient and self.running and outages.is_database_away(error)):
                    raise
                logger.warning("The database is away: %s", outages.in_one_line(error))
                begun = time.monotonic()
                self._await_database(pauses)
                logger.info("The database is back after %d s.", time.monotonic() - begun)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """What was done must be written down, however late: else it would be done again."""
        task = self.in_hand = db_task_result
        done, failed = task.set_successful, task.set_failed
        task.set_successful = partial(self.patiently, done)  # type: ignore[method-assign]
        task.set_failed = partial(self._set_failed, failed)  # type: ignore[method-assign]
        # What is noted for the log ends with the task, even if nobody can be told of its end.
        copy_context().run(super().run_task, task)
        self.in_hand = None

    def _set_failed(self, set_failed: Callable[[BaseException], None], error: BaseException):
        """Unless it is still to be done: then it is given back, by this worker or another."""
        if isinstance(error, NotStored) or not isinstance(error, Exception):
            raise error
        self.patiently(set_failed, error)

    def _give_back(self) -> None:
        """What was in hand when the database went away."""
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
            except outages.DATABASE_ERRORS:
                continue
        self.running_task = is_in_task


def revive_lost_tasks() -> int:
    """Give tasks whose worker was killed to the next one: a mail rather twice than never."""
    lost = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=timezone.now() - LOST_AFTER)
    return lost.update(status="READY", started_at=None)


def forget_finished_tasks() -> None:
    finished = DBTaskResult.objects
    finished.filter(status="SUCCESSFUL").delete()
    finished.filter(status="FAILED", finished_at__lt=timezone.now() - FAILURES_KEPT).delete()
