"""The owners' page about the worker: periodic jobs, the queue, recent failures."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.db import connection
from django.test import TestCase, override_settings, tag
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult, get_date_max

from main.models import PeriodicJob
from main.queue import JOBS
from main.queue.names import periodic_jobs
from main.tests.support.admin_case import elements
from main.tests.support.factories import EmployeeFactory, OwnerFactory
from main.tests.support.report_page_case import text_of

SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOW = datetime(2026, 11, 30, 10, 0, 30, tzinfo=UTC)


@override_settings(TIME_ZONE="Europe/London")
@tag("door")
class JobsPageTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.owner = OwnerFactory()
        for name, every in periodic_jobs().items():
            PeriodicJob.objects.create(name=name, due_at=every.next_after(NOW))

    def setUp(self) -> None:
        self.client.force_login(self.owner)
        self.enterContext(mock.patch("main.reports.jobs.timezone.now", return_value=NOW))

    def store(self, *, status: str = "READY", ago: int = 0, **fields: Any) -> DBTaskResult:
        """A task that was due, or finished, so many seconds ago."""
        at = NOW - timedelta(seconds=ago)
        given = {
            "task_path": "main.jobs.send_mail",
            "args_kwargs": {"args": [], "kwargs": {"event": "order_placed", "order_id": 7}},
            "run_after": at,
            "finished_at": at if status == "FAILED" else None,
        }
        return DBTaskResult.objects.create(status=status, **given | fields)

    def read(self) -> str:
        response = self.client.get("/admin/jobs/")
        self.assertEqual(response.status_code, 200)
        self.page = response.content.decode()
        return " ".join(text_of(self.element()).split())

    def element(self) -> Any:
        """The page without what the admin site puts around it."""
        page = elements(parse_html(self.page))
        return next(each for each in page if ("id", "content-main") in each.attributes)

    def rows(self, table: int) -> list[list[str]]:
        self.read()
        tables = [each for each in elements(self.element()) if each.name == "table"]
        rows = [each for each in elements(tables[table]) if each.name == "tr"][1:]
        return [[text_of(cell) for cell in elements(row) if cell.name in "th td"] for row in rows]

    def test_each_periodic_job_with_its_last_run(self) -> None:
        ran = {"began_at": NOW - timedelta(minutes=1), "took": timedelta(seconds=1.25)}
        PeriodicJob.objects.filter(name="give_back_tasks").update(**ran)
        PeriodicJob.objects.filter(name="forget_failed_tasks").update(**ran, has_failed=True)
        about = {name: job.about for name, job in JOBS.items()}
        self.assertEqual(
            self.rows(0),
            [
                [about["fold_old_texts"], "every minute", "not yet", "", "", "30 November, 10:01"],
                [about["give_back_tasks"], "every minute", "30 November, 09:59", "1.3 s", "done",
                 "30 November, 10:01"],
                [about["look_at_pictures"], "every minute", "not yet", "", "",
                 "30 November, 10:01"],
                [about["normalise_old_addresses"], "every minute", "not yet", "", "",
                 "30 November, 10:01"],
                [about["take_over_old_orders"], "every minute", "not yet", "", "",
                 "30 November, 10:01"],
                [about["forget_failed_tasks"], "every hour", "30 November, 09:59", "1.3 s",
                 "failed", "30 November, 11:00"],
                [about["forget_expired_sessions"], "every night", "not yet", "", "",
                 "1 December, 03:10"],
                [about["forget_expired_tokens"], "every night", "not yet", "", "",
                 "1 December, 03:10"],
                [about["forget_old_checkouts"], "every night", "not yet", "", "",
                 "1 December, 03:10"],
                [about["forget_order_origins"], "every night", "not yet", "", "",
                 "1 December, 03:10"],
            ],
        )  # fmt: skip

    def test_each_says_what_it_does(self) -> None:
        for name in periodic_jobs():
            self.assertRegex(JOBS[name].about, r"^[A-Z].{20,90}\.$")

    def test_how_long_the_queue_is(self) -> None:
        self.store(ago=20)
        self.store(run_after=get_date_max())  # as release 0.1.0 stored it
        DBTaskResult.objects.update(enqueued_at=NOW - timedelta(seconds=90))
        self.store(ago=-3600)
        for _ in range(3):
            self.store(status="RUNNING")
        self.store(status="FAILED")
        text = self.read()
        self.assertIn("The queue 2 waiting, since 30 November, 09:59 3 under way", text)
        self.assertIn("3 under way 1 for later 1 failed attempt in a week", text)
        self.assertNotIn("Is a worker running?", text)

    def test_owners_see_how_mails_go_and_which_are_tried_again(self) -> None:
        server = {"EMAIL_HOST": "smtp.example", "EMAIL_PORT": 465, "EMAIL_USE_SSL": True}
        self.enterContext(override_settings(EMAIL_BACKEND=SMTP, **server))
        self.store()
        self.store(status="FAILED")
        route = "Mails go by smtp.example, port 465, encrypted from the first byte."
        self.assertIn(f"{route} Periodic jobs", self.read())
        self.store(args_kwargs={"args": [], "kwargs": {"event": "order_paid", "attempt": 2}})
        self.assertIn(f"{route} 1 could not be sent and is tried again.", self.read())

    def test_failures_are_named_without_what_they_were_about(self) -> None:
        secret = {"event": "account_mail_written", "email": "ada@booktime.example", "attempt": 2}
        error = "smtplib.SMTPServerDisconnected"
        self.store(
            status="FAILED", ago=60, args_kwargs={"args": [], "kwargs": secret},
            exception_class_path=error, traceback="Traceback: ada@booktime.example",
        )  # fmt: skip
        old = {"args": [], "kwargs": {"order_id": 7}}
        path = "main.tasks.send_order_paid_email"
        self.store(status="FAILED", task_path=path, args_kwargs=old, exception_class_path="OSError")
        self.assertEqual(
            self.rows(1),
            [
                ["send order paid email", "1", "30 November, 10:00", "OSError"],
                ["send mail: account mail written", "3", "30 November, 09:59",
                 "SMTPServerDisconnected"],
            ],
        )  # fmt: skip
        self.assertNotIn("ada@", self.page)

    def test_owners_are_told_that_no_worker_runs(self) -> None:
        self.store(ago=299)
        self.assertNotIn("Is a worker running?", self.read())
        self.store(ago=301)
        self.assertIn("Work has been waiting since 30 November, 09:55", self.read())
        DBTaskResult.objects.all().delete()
        late = NOW - timedelta(hours=2)
        PeriodicJob.objects.filter(name="give_back_tasks").update(due_at=late)
        self.assertIn("Work has been waiting since 30 November, 08:00", self.read())
        PeriodicJob.objects.all().delete()
        self.assertIn("No worker has run yet", self.read())

    def test_the_queries_are_as_many_with_ten_times_the_tasks(self) -> None:
        counts = []
        for tasks in (3, 30):
            for _ in range(tasks):
                self.store(status="FAILED")
                self.store()
            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(len(self.rows(1)), min(20, tasks))
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 6)
        self.assertIn("newest first: 20 of 33", self.read())

    def test_it_is_read_only_and_the_owners_alone(self) -> None:
        self.assertEqual(self.client.post("/admin/jobs/").status_code, 405)
        self.assertContains(self.client.get("/admin/"), 'href="/admin/jobs/"')
        self.client.force_login(EmployeeFactory())
        self.assertEqual(self.client.get("/admin/jobs/").status_code, 403)
        self.assertEqual(self.client.get("/office-admin/jobs/").status_code, 404)
        self.assertNotContains(self.client.get("/office-admin/"), "/jobs/")
