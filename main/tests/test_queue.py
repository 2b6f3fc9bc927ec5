"""Work that is put off goes with its transaction, and is retried."""

import threading
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.db import transaction
from django.test import SimpleTestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from main import events, jobs
from main.queue import JOBS, UnknownJob, job, put_off, put_off_until
from main.queue.lost import LOST_AFTER
from main.queue.retries import RETRY_AFTER
from main.queue.upkeep import FAILURES_KEPT
from main.tests.support.factories import OrderFactory
from main.tests.support.queue_case import (
    IMMEDIATE_TASKS,
    SEND_MAIL,
    Interrupted,
    StoredQueueTestCase,
    mails_fail,
)


@override_settings(TASKS=IMMEDIATE_TASKS)
class ImmediateQueueTests(TransactionTestCase):
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
        ids = {"event": "order_placed", "order_id": order.pk}
        with mock.patch("main.queue.putting_off.Timer") as timer:
            with self.assertRaises(Interrupted), transaction.atomic():
                put_off_until(at, "send_mail", **ids)
                raise Interrupted
            timer().start.assert_not_called()
            with transaction.atomic():
                put_off_until(at, "send_mail", **ids)
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
        put_off_until(at, "look_for_unread_replies", order_id=1)
        now = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        self.assertEqual((timers, now), ([], []))

    def test_a_failing_mail_does_not_break_the_order(self) -> None:
        order = OrderFactory()
        with mails_fail(), self.assertLogs("main.queue", "ERROR"):
            events.order_placed(order_id=order.pk)


class NameTests(SimpleTestCase):
    def test_a_name_that_nobody_declared_is_refused_where_it_is_put_off(self) -> None:
        for put in (put_off, lambda name: put_off_until(timezone.now(), name)):
            with self.assertRaises(UnknownJob):
                put("send_male")

    def test_a_name_stands_for_one_job(self) -> None:
        def send_mail() -> None:
            """Another of the same name."""

        send_mail.__qualname__ = "send_mail"
        with self.assertRaisesMessage(ValueError, "a job named send_mail already"):
            job(send_mail)
        self.assertIs(JOBS["send_mail"].task, jobs.send_mail)

    def test_each_is_stored_by_its_name_whichever_file_it_stands_in(self) -> None:
        for name in JOBS:
            self.assertEqual(JOBS[name].task.module_path, f"main.jobs.{name}")
            self.assertIs(getattr(jobs, name), JOBS[name].task)


class StoredQueueTests(StoredQueueTestCase):
    def test_the_task_is_stored_in_the_same_transaction(self) -> None:
        with self.assertRaises(Interrupted), transaction.atomic():
            events.order_placed(order_id=self.order.pk)
            self.assertEqual(DBTaskResult.objects.get().task_path, SEND_MAIL)
            raise Interrupted
        self.assertEqual(DBTaskResult.objects.count(), 0)

    def test_the_worker_sends_the_mail_and_forgets_the_task(self) -> None:
        events.order_placed(order_id=self.order.pk)
        self.assertEqual(mail.outbox, [])
        self.work()
        self.assertEqual([message.to for message in mail.outbox], [["ada@booktime.example"]])
        self.assertFalse(DBTaskResult.objects.exists())

    def test_a_mail_whose_worker_was_killed_is_sent_by_the_next(self) -> None:
        events.order_placed(order_id=self.order.pk)
        started = timezone.now() - LOST_AFTER
        DBTaskResult.objects.update(
            status="RUNNING", started_at=started + timedelta(minutes=1), worker_ids=["killed"]
        )
        self.work()
        self.assertEqual(mail.outbox, [], "another worker may still be at it")
        DBTaskResult.objects.update(started_at=started - timedelta(seconds=1))
        self.work()
        self.assertEqual(len(mail.outbox), 1)

    def test_failures_are_kept_for_a_week(self) -> None:
        with mails_fail():
            events.order_placed(order_id=self.order.pk)
            self.work()
        failed = DBTaskResult.objects.filter(status="FAILED")
        self.assertIn("no mail", failed.get().traceback)
        failed.update(finished_at=timezone.now() - FAILURES_KEPT + timedelta(minutes=1))
        self.work()
        self.assertTrue(failed.exists())
        failed.update(finished_at=timezone.now() - FAILURES_KEPT)
        self.work()
        self.assertFalse(failed.exists())


class RetryTests(StoredQueueTestCase):
    def test_a_failed_mail_is_tried_again_later(self) -> None:
        events.order_placed(order_id=self.order.pk)
        with mails_fail():
            self.work()
        again = DBTaskResult.objects.get(status="READY")
        self.assertEqual(again.task_path, SEND_MAIL)
        ids = {"event": "order_placed", "order_id": self.order.pk}
        self.assertEqual(again.args_kwargs["kwargs"], {"attempt": 1} | ids)
        wait = again.run_after - timezone.now()
        self.assertLess(abs(wait - timedelta(seconds=RETRY_AFTER[0])), timedelta(seconds=10))
        self.work()
        self.assertEqual(mail.outbox, [], "it is not due yet")
        DBTaskResult.objects.filter(pk=again.pk).update(run_after=timezone.now())
        self.work()
        self.assertEqual(len(mail.outbox), 1)

    def test_after_the_last_attempt_it_is_given_up_and_logged(self) -> None:
        ids = {"event": "order_placed", "order_id": self.order.pk}
        jobs.send_mail.enqueue(attempt=len(RETRY_AFTER), **ids)
        with mails_fail(), self.assertLogs("main.queue", "ERROR") as logs:
            self.work()
        self.assertEqual(logs.records[0].getMessage(), "Task send_mail failed for good.")
        self.assertFalse(DBTaskResult.objects.filter(status="READY").exists())


class OrderTests(StoredQueueTestCase):
    """First due, first run: retries that keep coming overtake nobody."""

    def done(self) -> list[str]:
        """The names in contact mails, in the order in which they were sent."""
        self.work()
        return [message.subject.partition(" from ")[2] for message in mail.outbox]

    def ask(self, name: str) -> None:
        events.contact_requested(name=name, email="ada@booktime.example", message="Hello")

    def test_what_was_put_off_goes_before_only_what_came_later(self) -> None:
        self.ask("Ada")
        at = timezone.now()
        ids = {"event": "contact_requested", "email": "bo@booktime.example", "message": "Hi"}
        put_off_until(at, "send_mail", name="Bo", **ids)
        self.ask("Cy")
        put_off_until(at - timedelta(minutes=1), "send_mail", name="Di", **ids)
        self.assertEqual(self.done(), ["Di", "Ada", "Bo", "Cy"])

    def test_without_a_time_it_would_wait_behind_all_that_was_put_off(self) -> None:
        """The control: as release 0.1.0 stored it."""
        self.ask("Ada")
        DBTaskResult.objects.update(run_after=get_date_max())
        self.ask("Bo")
        with mock.patch("main.queue.upkeep.date_undated_tasks"):
            self.assertEqual(self.done(), ["Bo", "Ada"])

    def test_what_release_0_1_0_stored_without_a_time_takes_its_turn(self) -> None:
        self.ask("Ada")
        DBTaskResult.objects.update(run_after=get_date_max())
        self.ask("Bo")
        self.assertEqual(self.done(), ["Ada", "Bo"])
