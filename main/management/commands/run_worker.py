"""The worker beside the web process: does stored tasks, and looks after their table."""

import logging
import time
from argparse import ArgumentParser
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# Longer than any task of ours: whoever has one for so long was killed over it.
LOST_AFTER = timedelta(minutes=10)
# Failures are kept to be looked at; what was done is forgotten, since it can hold people's mail.
FAILURES_KEPT = timedelta(days=7)
PAUSE = 1  # seconds between two looks at an empty queue


class Command(BaseCommand):
    help = "Does the stored tasks (mails, pictures) until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="Do what is due, then end.")

    def handle(self, *, batch: bool, **options) -> None:
        worker = Worker(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=PAUSE,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        if not batch:
            worker.configure_signals()
            import_string(settings.WATCH)()
            logger.info("The worker waits for tasks (end it with Ctrl-C).")
        while True:
            revive_lost_tasks()
            worker.run()
            forget_finished_tasks()
            if batch or not worker.running:
                return
            time.sleep(PAUSE)


def revive_lost_tasks() -> int:
    """Give tasks whose worker was killed to the next one: a mail rather twice than never."""
    lost = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=timezone.now() - LOST_AFTER)
    return lost.update(status="READY", started_at=None)


def forget_finished_tasks() -> None:
    finished = DBTaskResult.objects
    finished.filter(status="SUCCESSFUL").delete()
    finished.filter(status="FAILED", finished_at__lt=timezone.now() - FAILURES_KEPT).delete()
