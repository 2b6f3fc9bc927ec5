"""No task is lost that another release stored, or failed because it did not know it."""

import sys
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.test import tag
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from booktime.sight.redaction import message_of
from main import tasks
from main.queue.unknown import LOOK_AFTER, TAKEN_OVER, is_known, take_over_known
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import OrderLineFactory
from main.tests.support.queue_case import SEND_MAIL, StoredQueueTestCase, mails_fail

TOMORROW = "main.jobs.of_tomorrow"


class OldNameTests(StoredQueueTestCase):
    """As release 0.1.0 wrote them."""

    def test_every_mail_that_waits_is_sent(self) -> None:
        ids = {"order_id": self.order.pk}
        lines = ids | {"line_ids": [OrderLineFactory(order=self.order).pk]}
        note = {"credit_note_id": None}
        said = {"email": "bo@booktime.example"}
        for name, kwargs in {
            "order_placed": ids,
            "order_paid": ids,
            "order_lines_sent": lines,
            "payment_revoked": ids | note,
            "order_lines_cancelled": lines | note,
            "order_cancelled": ids | note,
            "contact": said | {"name": "Bo", "message": "Hi"},
            "account": said | {"subject": "Hi", "text": "Hello"},
        }.items():
            with self.subTest(name):
                mail.outbox.clear()
                self.store(f"main.tasks.send_{name}_email", kwargs=kwargs | {"attempt": 1})
                self.work()
                self.assertEqual(len(mail.outbox), 1)
                self.assertFalse(DBTaskResult.objects.exists())

    def test_one_that_fails_again_waits_for_its_next_attempt(self) -> None:
        path = "main.tasks.send_order_placed_email"
        self.store(path, kwargs={"order_id": self.order.pk, "attempt": 2})
        with mails_fail():
            self.work()
        again = DBTaskResult.objects.get(status="READY")
        self.assertEqual(again.task_path, path)  # the release before may be the one that does it
        self.assertEqual(again.args_kwargs["kwargs"], {"order_id": self.order.pk, "attempt": 3})
        wait = again.run_after - timezone.now()
        self.assertLess(abs(wait - timedelta(minutes=10)), timedelta(seconds=10))

    def test_pictures_are_made(self) -> None:
        files = {"storage": ["a", [], {}], "file_name": "b.png", "new": [], "old": []}
        self.store("main.tasks.render_pictures", kwargs=files)
        with mock.patch.object(tasks, "render_picture") as process:
            self.work()
        process.assert_called_once_with(**files)


@tag("once")
class OldReplyTests(ConversationTestCase):
    def test_a_look_for_unread_replies_finds_them(self) -> None:
        reply = self.say("It leaves today.", by=self.olive).message
        type(reply).objects.filter(pk=reply.pk).update(at=reply.at - timedelta(minutes=3))
        with self.captureOnCommitCallbacks(execute=True):
            tasks.look_for_unread_replies.call(order_id=self.order.pk)
        self.assertEqual(len(mail.outbox), 1)
        ids = {"order_id": self.order.pk, "after": 0, "upto": reply.seq}
        tasks.send_replies_unread_email.call(**ids)
        self.assertIn("It leaves today.", mail.outbox[1].body)


class TakenOverTests(StoredQueueTestCase):
    """Tasks that a worker of release 0.1.0 failed, since it has no main.jobs."""

    def fail(self, row: DBTaskResult, *, without: str = "main.jobs") -> None:
        """As that worker would, without this module."""
        worker = Worker(
            queue_names=["default"], excluded_queue_names=[], interval=0, batch=True, max_tasks=1,
            backend_name="default", startup_delay=False, worker_id="old",
        )  # fmt: skip
        missing = mock.patch.dict(sys.modules, {without: None})
        with missing, self.assertLogs("django_tasks_db", "ERROR"):
            worker.run()
        row.refresh_from_db()
        self.assertEqual(row.status, "FAILED")
        self.assertEqual(mail.outbox, [])

    def test_it_is_done_once_by_the_worker_that_knows_it(self) -> None:
        row = self.store(run_after=timezone.now())
        self.fail(row)
        self.work()
        self.assertEqual(len(mail.outbox), 1)
        self.assertFalse(DBTaskResult.objects.exists())
        self.work()
        self.assertEqual(len(mail.outbox), 1)

    def test_also_if_the_module_is_there_and_the_name_is_not_or_is_no_task(self) -> None:
        for path, error in [
            ("main.jobs.of_tomorrow", "ImportError"),
            ("main.queue.put_off", "SuspiciousOperation"),
        ]:
            with self.subTest(path):
                row = self.store(path, run_after=timezone.now())
                self.fail(row, without="main.jobs_of_another_day")
                self.assertIn(error, row.exception_class_path)
                DBTaskResult.objects.filter(pk=row.pk).update(task_path=SEND_MAIL)
                self.assertEqual(take_over_known(), 1)
                row.refresh_from_db()
                self.assertEqual((row.status, row.traceback), ("READY", ""))
                row.delete()

    def test_what_this_release_does_not_know_either_stays_where_it_is(self) -> None:
        row = self.store("main.jobs_of_tomorrow.send", run_after=timezone.now())
        self.fail(row)
        self.work()
        row.refresh_from_db()
        self.assertEqual(row.status, "FAILED")

    def test_what_ran_and_failed_over_an_import_of_its_own_is_not_done_twice(self) -> None:
        row = self.store(run_after=timezone.now())
        with mock.patch("main.emails.send", side_effect=ImportError("no such font")):
            self.work()
        row.refresh_from_db()
        self.assertEqual((row.status, row.exception_class_path), ("FAILED", "builtins.ImportError"))
        self.assertEqual(take_over_known(), 0)

    def test_not_for_ever(self) -> None:
        row = self.store(run_after=timezone.now())
        self.fail(row)
        old = timezone.now() - TAKEN_OVER
        DBTaskResult.objects.update(enqueued_at=old)
        self.assertEqual(take_over_known(), 0)
        DBTaskResult.objects.update(enqueued_at=old + timedelta(minutes=1))
        self.assertEqual(take_over_known(), 1)


class PutBackTests(StoredQueueTestCase):
    """Tasks that a later release stored while this one is at work."""

    def setUp(self) -> None:
        super().setUp()
        self.row = self.store(TOMORROW, run_after=timezone.now())

    def look(self) -> None:
        """As if it were due again."""
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        self.work()
        self.row.refresh_from_db()

    def test_it_is_not_failed_but_looked_at_later_and_later(self) -> None:
        waits = []
        for _ in LOOK_AFTER:
            with self.assertLogs("main.queue.unknown", "WARNING") as logs:
                self.look()
            waits.append(round((self.row.run_after - timezone.now()).total_seconds() / 10) * 10)
            self.assertEqual((self.row.status, self.row.started_at), ("READY", None))
            text = f"Task id={self.row.pk} path={TOMORROW} is unknown to this release "
            self.assertEqual(message_of(logs.records[0]), f"{text}and was put back.")
        self.assertEqual(waits, [30, 120, 600, 3600, 21600, 64800, 86400, 86400])
        self.assertEqual(mail.outbox, [])

    def test_after_three_days_it_fails_and_that_is_an_error(self) -> None:
        self.assertEqual(sum(LOOK_AFTER) // (24 * 3600), 3)
        DBTaskResult.objects.update(worker_ids=["before"] * len(LOOK_AFTER))
        with self.assertLogs("main.queue.unknown", "ERROR") as logs:
            self.look()
        self.assertEqual(self.row.status, "FAILED")
        self.assertEqual(self.row.exception_class_path, "main.queue.unknown.NotKnown")
        self.assertNotIn(str(self.order.pk), "".join(logs.output))
        DBTaskResult.objects.update(task_path=SEND_MAIL)
        self.assertEqual(take_over_known(), 0, "it is over")

    def test_the_rest_of_the_queue_goes_on(self) -> None:
        self.store(run_after=timezone.now())
        with self.assertLogs("main.queue.unknown", "WARNING"):
            self.look()
        self.assertEqual(len(mail.outbox), 1)

    def test_the_release_that_knows_it_does_it_at_once(self) -> None:
        with self.assertLogs("main.queue.unknown", "WARNING"):
            self.look()
        later = self.store(run_after=timezone.now() + timedelta(hours=1))
        DBTaskResult.objects.filter(pk=self.row.pk).update(task_path=SEND_MAIL)
        self.work()
        self.assertEqual(len(mail.outbox), 1)
        self.assertEqual(DBTaskResult.objects.get(), later, "what was put off waits for its hour")

    def test_a_module_that_cannot_be_loaded_does_not_end_the_worker(self) -> None:
        with mock.patch("main.queue.unknown.import_string", side_effect=SyntaxError):
            self.assertIs(is_known("main.jobs.broken"), False)
