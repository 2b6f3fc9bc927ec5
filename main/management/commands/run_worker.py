"""The worker beside the web process: runs stored tasks and periodic jobs."""

import logging
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from booktime.sight import outages, start
from main.queue.worker import PAUSE, PatientWorker
from main.reports.waiting import WAITING

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs stored tasks (mails, pictures) and periodic jobs until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="Do what is due, then stop.")

    def handle(self, *, batch: bool, **options) -> None:
        worker = PatientWorker(is_patient=not batch)
        if not batch:
            worker.configure_signals()
            start.begin(counted=WAITING)
            logger.info("The worker is waiting for tasks (stop it with Ctrl-C).")
        try:
            _work(worker, batch=batch)
        except Error as error:
            if outages.is_database_away(error):
                raise CommandError(f"The database failed: {outages.in_one_line(error)}") from None
            raise


def _work(worker: PatientWorker, *, batch: bool) -> None:
    worker.patiently(worker.begin)
    while worker.running:
        if worker.patiently(worker.look):
            continue
        if batch:
            return
        time.sleep(PAUSE)
