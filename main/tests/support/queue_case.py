"""What tests of the queue share: both backends, a worker's batch, mails that fail."""

from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.test import TransactionTestCase, override_settings
from django_tasks_db.models import DBTaskResult

from main.tests.support.factories import OrderFactory

DATABASE_TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
IMMEDIATE_TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
SEND_MAIL = "main.jobs.send_mail"


class Interrupted(Exception):
    """What a test raises to roll a transaction back."""


def mails_fail() -> AbstractContextManager:
    return mock.patch("main.emails.send", side_effect=OSError("no mail"))


@override_settings(TASKS=DATABASE_TASKS)
class StoredQueueTestCase(TransactionTestCase):
    """Tasks are stored, and run when `work` is called."""

    def setUp(self) -> None:
        self.order = OrderFactory(email="ada@booktime.example")

    def work(self) -> None:
        call_command("run_worker", batch=True)

    def store(self, path: str = SEND_MAIL, **fields: Any) -> DBTaskResult:
        """A task as any release may have stored it; by default a mail about the order."""
        kwargs = {"event": "order_placed", "order_id": self.order.pk}
        kwargs = fields.pop("kwargs", kwargs)
        row = {"args_kwargs": {"args": [], "kwargs": kwargs}, "backend_name": "default"}
        return DBTaskResult.objects.create(task_path=path, **row | fields)
