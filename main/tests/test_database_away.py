"""A database that goes away, hangs, or is told of in a way that cannot be."""

import signal
from collections.abc import Callable
from unittest import mock

from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import SimpleTestCase, TransactionTestCase, override_settings, tag
from django_tasks_db.models import DBTaskResult
from psycopg import OperationalError as PsycopgError

from booktime.backends import postgresql
from booktime.sight.outages import is_database_away
from main import emails, events
from main.queue import worker
from main.tests.support.factories import OrderFactory
from main.tests.support.live_services import database_url
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.queue_case import DATABASE_TASKS

AWAY = OperationalError("connection refused")


def cut() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@override_settings(TASKS=DATABASE_TASKS)
class WorkerTests(TransactionTestCase):
    def setUp(self) -> None:
        events.order_placed(order_id=OrderFactory().pk)
        self.worker = worker.PatientWorker(is_patient=True)
        self.sleep = self.enterContext(mock.patch.object(worker.time, "sleep"))

    def work(self, send: Callable[..., None]) -> None:
        with (
            mock.patch("main.emails.send", side_effect=send),
            self.assertLogs(worker.logger, "INFO") as logs,
        ):
            self.worker.patiently(self.worker.look)
        self.assertEqual([record.levelname for record in logs.records], ["WARNING", "INFO"])
        self.assertNotIn("Traceback", "".join(logs.output))

    @tag("door")
    @ON_POSTGRESQL
    def test_a_mail_that_was_sent_when_the_database_went_is_not_sent_again(self) -> None:
        real = emails.send

        def send(event, **ids) -> None:
            real(event, **ids)
            with self.assertRaises(OperationalError):
                cut()

        self.work(send)
        self.assertEqual((len(mail.outbox), DBTaskResult.objects.count()), (1, 0))

    def test_a_mail_that_could_neither_be_sent_nor_put_off_is_sent_when_it_is_back(self) -> None:
        real, failures = emails.send, [AWAY]

        def send(event, **ids) -> None:
            if failures:
                raise failures.pop()
            real(event, **ids)

        with mock.patch("main.queue.retries.close_old_connections", side_effect=[AWAY, None]):
            self.work(send)
        self.assertEqual((len(mail.outbox), DBTaskResult.objects.count()), (1, 0))

    def test_it_looks_for_the_database_more_and_more_seldom(self) -> None:
        work = mock.Mock(side_effect=[AWAY] * 7 + [None])
        with self.assertLogs(worker.logger, "INFO"):
            self.worker.patiently(work)
        pauses = [call.args[0] for call in self.sleep.call_args_list]
        self.assertEqual(pauses, [1, 2, 4, 8, 15, 15, 15])

    def test_while_it_waits_a_signal_ends_it_at_once(self) -> None:
        self.worker.running_task = True  # a mail that was sent, and cannot be written down
        self.sleep.side_effect = lambda _: self.worker.shutdown(signal.SIGTERM, None)
        with (
            self.assertLogs(worker.logger, "WARNING"),
            self.assertLogs("django_tasks_db", "WARNING"),
            self.assertRaises(SystemExit) as ended,
        ):
            self.worker.patiently(mock.Mock(side_effect=AWAY))
        self.assertEqual(ended.exception.code, 0)

    def test_a_batch_fails_in_one_line(self) -> None:
        refused = self.assertRaisesMessage(CommandError, "The database failed: connection refused")
        with mock.patch.object(worker, "give_back_tasks", side_effect=AWAY), refused:
            call_command("run_worker", batch=True)

    def test_a_table_that_is_not_there_is_an_error(self) -> None:
        with self.assertRaises(Exception) as raised, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")
        self.assertIs(is_database_away(raised.exception), False)


@tag("door")
@ON_POSTGRESQL
class HangingTests(TransactionTestCase):
    def test_an_answer_that_does_not_come_is_not_waited_for(self) -> None:
        hanging = postgresql.BoundedConnection.connect(database_url(), autocommit=True)
        hanging._limit = 0.2
        with self.assertRaisesMessage(PsycopgError, "does not answer"):
            hanging.cursor().execute("SELECT pg_sleep(5)")
        self.assertIs(hanging.closed, True)

    def test_a_web_process_bounds_its_statements(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            self.assertEqual(cursor.fetchone(), ("30s",))
        self.assertIsInstance(connection.connection, postgresql.BoundedConnection)


class OptionTests(SimpleTestCase):
    def test_a_pooler_is_asked_for_nothing_that_it_would_refuse(self) -> None:
        for is_pooled in (True, False):
            options = postgresql.for_web(most=16, is_pooled_elsewhere=is_pooled)
            self.assertEqual("options" in options, not is_pooled)

    def test_nonsense_is_one_clear_line(self) -> None:
        for config, line in [
            ({"OPTIONS": {"pool": "abc"}}, "omit pool and CONN_MAX_AGE"),
            ({"OPTIONS": {"foo": 1}}, 'invalid connection option "foo"'),
            ({"OPTIONS": {"connect_timeout": "abc"}}, "must be a whole number"),
            ({"CONN_MAX_AGE": 60}, "omit pool and CONN_MAX_AGE"),
        ]:
            with self.assertRaisesMessage(ImproperlyConfigured, line):
                postgresql.checked(config)
        given = {"sslmode": "require", "keepalives_idle": 60}
        self.assertEqual(postgresql.checked({"OPTIONS": given}), given)
