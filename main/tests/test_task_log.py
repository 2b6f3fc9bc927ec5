"""What is told and counted of tasks and of the messages that are stored."""

import uuid

from django.test import TestCase
from django_tasks import task

from booktime.sight import log_context, task_log
from main.actions.conversations import post_message
from main.models.participants import customer_of
from main.queue import JOBS
from main.tests.support.counters import count
from main.tests.support.factories import OrderFactory


class TaskTests(TestCase):
    """The worker connects these when it begins; here they are for the tests' own."""

    def setUp(self) -> None:
        # A test before this one may have begun to watch, by importing the application.
        task_log.listen()
        for signal in (task_log.task_started, task_log.task_finished):
            self.addCleanup(signal.disconnect, dispatch_uid=task_log.__name__)

    def test_a_task_is_told_with_its_name_and_attempt(self) -> None:
        done = {"task": "good_work", "result": "done"}
        before = count("tasks_total", **done)
        with self.assertLogs("booktime.sight.task_log", "INFO") as logs:
            good_work.enqueue(attempt=2)
        self.assertEqual([said.getMessage() for said in logs.records], ["task_done"])
        self.assertEqual(noted, [{"task": "good_work", "attempt": 3}])
        self.assertEqual(count("tasks_total", **done), before + 1)
        self.assertEqual(log_context.known(), {})

    def test_a_mail_is_told_with_its_event(self) -> None:
        ids = {"event": "order_placed", "order_id": OrderFactory().pk}
        sent = {"task": "send_mail:order_placed", "result": "done"}
        before = count("tasks_total", **sent)
        with self.assertLogs("booktime.sight.task_log", "INFO"):
            JOBS["send_mail"].task.enqueue(**ids)
        self.assertEqual(count("tasks_total", **sent), before + 1)

    def test_a_failed_task_is_an_error_with_its_traceback(self) -> None:
        failed = {"task": "bad_work", "result": "failed"}
        before = count("tasks_total", **failed)
        with self.assertLogs("booktime.sight.task_log", "INFO") as logs:
            bad_work.enqueue()
        (said,) = logs.records
        self.assertEqual((said.levelname, said.exc_info[0]), ("ERROR", ValueError))
        self.assertEqual(count("tasks_total", **failed), before + 1)

    def test_a_message_is_counted_when_it_is_stored(self) -> None:
        order = OrderFactory()
        author, before = customer_of(order, order.user), count("messages_stored_total", kind="text")
        with self.captureOnCommitCallbacks(execute=True):
            post_message(order_id=order.pk, cid=uuid.uuid4(), text="Where?", author=author)
            self.assertEqual(count("messages_stored_total", kind="text"), before)
        self.assertEqual(count("messages_stored_total", kind="text"), before + 1)


noted: list[dict] = []


@task
def good_work(*, attempt: int = 0) -> None:
    facts = log_context.known()
    noted.append({name: facts[name] for name in ("task", "attempt")})


@task
def bad_work() -> None:
    raise ValueError("no post for ada@booktime.example")
