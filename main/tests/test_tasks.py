"""Work beside the request: with its transaction, and again when it fails."""

import threading
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main import events, tasks
from main.management.commands import run_worker
from main.tests.support.factories import OrderFactory

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

    def test_what_is_for_later_waits_in_the_process_from_the_commit_on(self) -> None:
        order, at = OrderFactory(), timezone.now() + timedelta(minutes=2)
        with mock.patch("main.tasks.Timer") as timer:
            with self.assertRaises(Interrupted), transaction.atomic():
                tasks.enqueue_at(at, tasks.send_order_placed_email, order_id=order.pk)
                raise Interrupted
            timer().start.assert_not_called()
            with transaction.atomic():
                tasks.enqueue_at(at, tasks.send_order_placed_email, order_id=order.pk)
                timer().start.assert_not_called()
            timer().start.assert_called_once()
        delay, work, arguments = next(call.args for call in timer.call_args_list if call.args)
        self.assertTrue(119 < delay <= 120)
        # Its thread does not keep the process from ending.
        self.assertIs(timer().daemon, True)
        self.assertEqual(mail.outbox, [])
        work(*arguments)
        self.assertEqual(len(mail.outbox), 1)

    def test_no_test_leaves_anything_for_later(self) -> None:
        timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        at = timezone.now() + timedelta(minutes=2)
        tasks.enqueue_at(at, tasks.send_order_placed_email, order_id=1)
        now = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        self.assertEqual((timers, now), ([], []))

    def test_a_failing_mail_does_not_break_the_order(self) -> None:
        order = OrderFactory()
        with (
            mock.patch("main.emails.send", side_effect=OSError("no mail")),
            self.assertLogs("main.tasks", "ERROR"),
        ):
            events.order_placed(order_id=order.pk)


@override_settings(TASKS=DATABASE_TASKS)
class StoredTaskTests(TransactionTestCase):
    def setUp(self) -> None:
        self.order = OrderFactory(email="ada@booktime.example")

    def work(self) -> None:
        call_command("run_worker", batch=True)

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

    def test_what_was_done_is_forgotten(self) -> None:
        events.order_placed(order_id=self.order.pk)
        self.work()
        self.assertFalse(DBTaskResult.objects.exists())

    def test_a_mail_whose_worker_was_killed_is_sent_by_the_next(self) -> None:
        events.order_placed(order_id=self.order.pk)
        started = timezone.now() - run_worker.LOST_AFTER
        DBTaskResult.objects.update(
            status="RUNNING", started_at=started + timedelta(minutes=1), worker_ids=["killed"]
        )
        self.work()
        self.assertEqual(mail.outbox, [], "another worker may still be at it")
        DBTaskResult.objects.update(started_at=started - timedelta(seconds=1))
        self.work()
        self.assertEqual(len(mail.outbox), 1)

    def test_failures_are_kept_for_a_week(self) -> None:
        with mock.patch("main.emails.send", side_effect=OSError("no mail")):
            events.order_placed(order_id=self.order.pk)
            self.work()
        failed = DBTaskResult.objects.filter(status="FAILED")
        self.assertIn("no mail", failed.get().traceback)
        failed.update(finished_at=timezone.now() - run_worker.FAILURES_KEPT)
        self.work()
        self.assertFalse(failed.exists())

    def test_a_failed_mail_is_tried_again_later(self) -> None:
        events.order_placed(order_id=self.order.pk)
        with mock.patch("main.emails.send", side_effect=OSError("no mail")):
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
            mock.patch("main.emails.send", side_effect=OSError("no mail")),
            self.assertLogs("main.tasks", "ERROR"),
        ):
            self.work()
        self.assertFalse(DBTaskResult.objects.filter(status="READY").exists())
