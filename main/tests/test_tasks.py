"""Work beside the request: with its transaction, and again when it fails."""

from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main import events, tasks
from main.tests.factories import OrderFactory

DATABASE_TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
IMMEDIATE_TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


class Interrupted(Exception):
    """What a test raises to roll a transaction back."""


@override_settings(TASKS=IMMEDIATE_TASKS)
class ImmediateTaskTests(TransactionTestCase):
    def test_mail_goes_after_the_commit(self) -> None:
        order = OrderFactory()
        with transaction.atomic():
            events.order_placed(order_id=order.pk)
            self.assertEqual(len(mail.outbox), 0)
        self.assertEqual(len(mail.outbox), 1)

    def test_no_commit_no_mail(self) -> None:
        order = OrderFactory()
        with self.assertRaises(Interrupted), transaction.atomic():
            events.order_placed(order_id=order.pk)
            raise Interrupted
        self.assertEqual(mail.outbox, [])

    def test_a_failing_mail_does_not_break_the_order(self) -> None:
        order = OrderFactory()
        with (
            mock.patch("main.emails.send_order_placed_email", side_effect=OSError("no mail")),
            self.assertLogs("main.tasks", "ERROR"),
        ):
            events.order_placed(order_id=order.pk)


@override_settings(TASKS=DATABASE_TASKS)
class StoredTaskTests(TransactionTestCase):
    def setUp(self) -> None:
        self.order = OrderFactory(email="ada@booktime.example")

    def work(self) -> None:
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)

    def test_the_task_is_stored_in_the_same_transaction(self) -> None:
        with self.assertRaises(Interrupted), transaction.atomic():
            events.order_placed(order_id=self.order.pk)
            self.assertEqual(DBTaskResult.objects.count(), 1)
            raise Interrupted
        self.assertEqual(DBTaskResult.objects.count(), 0)

    def test_the_worker_sends_the_mail(self) -> None:
        events.order_placed(order_id=self.order.pk)
        self.assertEqual(mail.outbox, [])
        self.work()
        self.assertEqual([message.to for message in mail.outbox], [["ada@booktime.example"]])

    def test_a_failed_mail_is_tried_again_later(self) -> None:
        events.order_placed(order_id=self.order.pk)
        with mock.patch("main.emails.send_order_placed_email", side_effect=OSError("no mail")):
            self.work()
        again = DBTaskResult.objects.get(status="READY")
        self.assertEqual(again.args_kwargs["kwargs"], {"attempt": 1, "order_id": self.order.pk})
        wait = again.run_after - timezone.now()
        self.assertLess(abs(wait - timedelta(seconds=tasks.RETRY_AFTER[0])), timedelta(seconds=10))
        self.work()
        self.assertEqual(mail.outbox, [], "it is not due yet")
        DBTaskResult.objects.filter(pk=again.pk).update(run_after=timezone.now())
        self.work()
        self.assertEqual(len(mail.outbox), 1)

    def test_after_the_last_attempt_it_is_given_up_and_logged(self) -> None:
        job = tasks.send_order_placed_email
        job.enqueue(attempt=len(tasks.RETRY_AFTER), order_id=self.order.pk)
        with (
            mock.patch("main.emails.send_order_placed_email", side_effect=OSError("no mail")),
            self.assertLogs("main.tasks", "ERROR"),
        ):
            self.work()
        self.assertFalse(DBTaskResult.objects.filter(status="READY").exists())
