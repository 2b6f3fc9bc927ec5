"""A task has a deadline, and what a mail server has taken is not sent again."""

import threading
import time
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.test import SimpleTestCase, override_settings, tag
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main import emails, events
from main.queue import deadlines, progress
from main.queue.deadlines import TookTooLong, deadline, within
from main.queue.lost import LOST_AFTER
from main.tests.support.mail_server import mail_server
from main.tests.support.queue_case import StoredQueueTestCase

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@tag("once")
class DeadlineTests(SimpleTestCase):
    def test_what_takes_too_long_is_ended(self) -> None:
        begun = time.monotonic()
        with self.assertRaises(TookTooLong), deadline(0.05):
            time.sleep(5)
        self.assertLess(time.monotonic() - begun, 2)

    def test_cleaning_up_is_ended_as_well(self) -> None:
        begun = time.monotonic()
        with (
            mock.patch.object(deadlines, "AGAIN", 0.05),
            self.assertRaises(TookTooLong),
            deadline(0.05),
        ):
            try:
                time.sleep(5)
            finally:
                time.sleep(5)
        self.assertLess(time.monotonic() - begun, 2)

    def test_what_ends_in_time_hears_nothing_of_it_later(self) -> None:
        with deadline(0.05):
            pass
        time.sleep(0.1)

    def test_a_thread_is_left_alone(self) -> None:
        ended = []

        def work() -> None:
            with deadline(0.01):
                time.sleep(0.05)
            ended.append(True)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual(ended, [True])

    def test_no_deadline_is_later_than_the_worker_counts_as_killed(self) -> None:
        self.assertEqual(within(timedelta(minutes=1)), 60)
        self.assertEqual(within(timedelta(days=1)), deadlines.LONGEST)
        self.assertLess(deadlines.LONGEST, LOST_AFTER.total_seconds())


class DrippingServerTests(StoredQueueTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(mail_server())
        self.enterContext(override_settings(
            EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=self.server.port,
            EMAIL_TIMEOUT=5,
        ))  # fmt: skip

    def hurry(self) -> None:
        hurried = mock.patch("main.queue.retries.deadline", lambda seconds: deadline(0.3))
        self.enterContext(hurried)
        self.enterContext(mock.patch.object(deadlines, "AGAIN", 0.1))

    def test_a_mail_that_takes_too_long_is_tried_again_and_the_rest_goes_on(self) -> None:
        self.hurry()
        self.server.drips_at = "HELLO"
        for _ in range(3):
            events.order_placed(order_id=self.order.pk)
        self.store("main.jobs.render_pictures", kwargs={}, run_after=timezone.now())
        done: list[str] = []

        def render(**files: object) -> None:
            done.append("picture")

        def fail(*args: object) -> None:
            done.append("mail")

        with (
            mock.patch("main.jobs.pictures.render_picture", render),
            mock.patch("main.queue.worker.PatientWorker._set_failed", fail),
        ):
            self.work()
        self.assertEqual(done, ["mail", "picture", "mail", "mail"])
        again = DBTaskResult.objects.filter(status="READY")
        self.assertEqual([task.args_kwargs["kwargs"]["attempt"] for task in again], [1, 1, 1])
        self.assertEqual(self.server.taken, [])

    def test_the_owners_see_why(self) -> None:
        self.hurry()
        self.server.drips_at = "EHLO"
        events.order_placed(order_id=self.order.pk)
        self.work()
        failed = DBTaskResult.objects.get(status="FAILED")
        self.assertEqual(failed.exception_class_path, "main.queue.deadlines.TookTooLong")

    def test_a_mail_that_was_taken_is_sent_though_the_goodbye_fails(self) -> None:
        self.server.is_rude = True
        events.order_placed(order_id=self.order.pk)
        with self.assertLogs("main.emails.letters", "WARNING"):
            self.work()
        self.assertEqual(len(self.server.taken), 1)
        self.assertFalse(DBTaskResult.objects.exists())

    def test_all_is_well_with_a_server_that_answers(self) -> None:
        events.order_placed(order_id=self.order.pk)
        self.work()
        self.assertEqual(len(self.server.taken), 1)
        self.assertFalse(DBTaskResult.objects.exists())


class SentOnceTests(StoredQueueTestCase):
    """A task that is run again after it sent its mail."""

    def work_and_be_killed(self) -> None:
        self.store(run_after=timezone.now())
        killed = mock.patch("main.queue.worker.forget_done", side_effect=SystemExit)
        with killed, self.assertRaises(SystemExit):
            self.work()

    def test_a_worker_that_was_killed_after_the_mail_was_taken(self) -> None:
        self.work_and_be_killed()
        self.assertEqual(len(mail.outbox), 1)
        DBTaskResult.objects.update(started_at=timezone.now() - LOST_AFTER)
        self.work()
        self.assertEqual(len(mail.outbox), 1)
        self.assertFalse(DBTaskResult.objects.exists())

    def test_without_the_note_it_would_be_sent_twice(self) -> None:
        self.work_and_be_killed()
        old = timezone.now() - LOST_AFTER
        DBTaskResult.objects.update(started_at=old, return_value=None)
        self.work()
        self.assertEqual(len(mail.outbox), 2)

    def test_a_task_of_two_letters_whose_second_fails_sends_the_first_once(self) -> None:
        real, refusals = emails.send, [OSError("no mail"), OSError("no mail")]

        def send_two(event: str, **ids: object) -> None:
            real(event, **ids)
            progress.once("second", self.refuse_by(refusals))

        self.store(run_after=timezone.now())
        with mock.patch("main.emails.send", send_two):
            for _ in range(3):
                DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
                self.work()
        self.assertEqual((len(mail.outbox), refusals), (1, []))
        self.assertFalse(DBTaskResult.objects.filter(status="READY").exists())

    def refuse_by(self, refusals: list[Exception]):
        def do() -> None:
            if refusals:
                raise refusals.pop()

        return do

    def test_a_mail_has_one_message_id_however_often_it_is_tried(self) -> None:
        message_ids: list[str] = []

        def send(letter: mail.EmailMessage, **options: object) -> int:
            message_ids.append(letter.message()["Message-ID"])
            raise OSError("The connection was lost.")

        first = self.store(run_after=timezone.now())
        with mock.patch("django.core.mail.EmailMessage.send", send):
            for _ in range(3):
                DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
                self.work()
        self.assertEqual(message_ids, [f"<order_placed.{first.pk}@127.0.0.1>"] * 3)
        self.store(run_after=timezone.now())
        self.work()
        self.assertNotIn(mail.outbox[-1].message()["Message-ID"], message_ids)

    def test_the_note_holds_no_address(self) -> None:
        self.work_and_be_killed()
        self.assertEqual(DBTaskResult.objects.get().return_value, {"done": ["order_placed"]})

    def test_at_once_there_is_nothing_to_note(self) -> None:
        steps: list[int] = []
        for _ in range(2):
            progress.once("step", lambda: steps.append(1))
        self.assertEqual(steps, [1, 1])
