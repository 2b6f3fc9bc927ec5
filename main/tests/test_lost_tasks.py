"""A task whose worker was killed is run by the next, three times; then it is given up and told."""

from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main import events
from main.queue.lost import LOST_AFTER, MOST_KILLED, revive_lost_tasks
from main.tests.support.factories import OwnerFactory
from main.tests.support.queue_case import StoredQueueTestCase


class LostTaskTests(StoredQueueTestCase):
    def setUp(self) -> None:
        super().setUp()
        events.order_placed(order_id=self.order.pk)

    def kill(self, worker: str) -> None:
        """The worker was killed some time ago, with the task in hand."""
        task = DBTaskResult.objects.get(status="READY")
        task.claim(worker)
        DBTaskResult.objects.update(started_at=timezone.now() - LOST_AFTER)

    def test_after_two_killed_workers_the_third_does_it(self) -> None:
        for worker in ("first", "second"):
            self.kill(worker)
            self.assertEqual(revive_lost_tasks(), 1)
        self.work()
        self.assertEqual(len(mail.outbox), 1)
        self.assertFalse(DBTaskResult.objects.exists())

    def test_after_three_it_is_given_up_and_that_is_an_error(self) -> None:
        for worker in ("first", "second"):
            self.kill(worker)
            revive_lost_tasks()
        self.kill("third")
        with self.assertLogs("main.queue.lost", "ERROR") as logs:
            self.assertEqual(revive_lost_tasks(), 0)
        task = DBTaskResult.objects.get()
        self.assertEqual(
            logs.records[0].getMessage(),
            "Task main.jobs.send_mail was given up: 3 workers were killed with it in hand.",
        )
        self.assertEqual(logs.records[0].task_id, str(task.pk))
        self.assertEqual(
            (task.status, task.exception_class_path, MOST_KILLED),
            ("FAILED", "main.queue.lost.WorkersKilled", 3),
        )
        self.work()
        self.assertEqual(mail.outbox, [])
        self.client.force_login(OwnerFactory())
        page = self.client.get("/admin/jobs/")
        self.assertContains(page, "send mail: order placed")
        self.assertContains(page, "WorkersKilled")

    def test_workers_that_did_not_know_it_do_not_count(self) -> None:
        DBTaskResult.objects.update(worker_ids=["old", "old", "old", "old"])
        self.kill("first")
        self.assertEqual(revive_lost_tasks(), 1)

    def test_one_that_is_still_under_way_is_left_to_its_worker(self) -> None:
        self.kill("slow")
        DBTaskResult.objects.update(started_at=timezone.now())
        self.assertEqual(revive_lost_tasks(), 0)
        self.assertEqual(DBTaskResult.objects.get().worker_ids, ["slow"])
