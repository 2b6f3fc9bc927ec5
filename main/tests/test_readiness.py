"""Ready, or not, and why: told within a moment, whatever hangs."""

import socket
import threading
import time
from unittest import mock

from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase, override_settings

from booktime.server.leased_threads import LeasedThreads
from booktime.sight import thread_queue
from main.gateways import readiness


class ReadinessTests(TestCase):
    def ask(self, status: int) -> dict:
        # Whoever asks does so every few seconds: it is no error each time.
        with self.assertNoLogs("django.request", "ERROR"):
            response = self.client.get("/healthz/")
        self.assertEqual(response.status_code, status)
        self.assertIs(response.json()["ready"], status == 200)
        return response.json()

    def hide(self, name: str, **kwargs) -> None:
        self.enterContext(mock.patch.object(readiness, name, **kwargs))

    def test_what_is_there_is_told_by_name(self) -> None:
        # No server of this process runs the shop, whatever other tests have started in it.
        nobody = mock.patch("booktime.sight.thread_queue._watched", [])
        with nobody, override_settings(REDIS_URL="", GIT_REV="abc123"):
            self.assertEqual(
                self.ask(200),
                {"alive": True, "ready": True, "database": True, "migrations": True,
                 "redis": None, "threads": None, "version": "abc123"},
            )  # fmt: skip

    def test_a_migration_that_is_pending_makes_it_not_ready(self) -> None:
        known = readiness._known_migrations()
        self.assertIn(("main", "0001_initial"), known)
        self.hide("_known_migrations", return_value=known | {("main", "0999_of_tomorrow")})
        with self.assertLogs("main.gateways.readiness", "WARNING") as logs:
            found = self.ask(503)
        self.assertEqual((found["database"], found["migrations"]), (True, False))
        self.assertIn("pending: main.0999_of_tomorrow", logs.output[0])

    def test_a_newer_schema_is_good_enough_for_the_release_before(self) -> None:
        known = readiness._known_migrations()
        self.hide("_known_migrations", return_value=known - {max(known)})
        self.assertTrue(self.ask(200)["migrations"])

    def test_a_database_without_a_table_of_them_is_not_ready(self) -> None:
        self.hide("_applied_migrations", side_effect=OperationalError)
        self.assertFalse(self.ask(503)["migrations"])

    def test_the_table_of_migrations_is_asked_once(self) -> None:
        readiness._known_migrations()
        with mock.patch.object(readiness, "MigrationRecorder", wraps=MigrationRecorder) as recorder:
            self.ask(200)
        self.assertEqual(recorder.call_count, 1)

    def test_a_redis_that_swallows_everything_is_a_no_in_a_moment(self) -> None:
        # All of it: with the server's end the look ends too, and says so at once.
        with self.assertLogs("main.gateways.readiness", "WARNING"):
            with socket.create_server(("127.0.0.1", 0)) as silent:
                url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
                self.hide("LIMIT", new=0.2)
                begun = time.monotonic()
                with override_settings(REDIS_URL=url):
                    self.assertIs(self.ask(503)["redis"], False)
                self.assertLess(time.monotonic() - begun, 2)
            while readiness._looking:
                time.sleep(0.01)


class ThreadTests(TestCase):
    """The check has threads of its own: it answers, and says that nobody else does."""

    def setUp(self) -> None:
        self.enterContext(mock.patch.object(thread_queue, "_watched", []))
        self.threads = LeasedThreads(1)

    def look(self) -> bool | None:
        return readiness.look()["threads"]

    def test_while_requests_get_a_thread_all_is_well(self) -> None:
        self.assertIsNone(self.look())
        thread_queue.watch(self.threads)
        self.assertIs(self.look(), True)

    def test_when_nobody_gets_one_the_shop_is_not_ready(self) -> None:
        thread_queue.watch(self.threads)
        goes_on = threading.Event()
        first, second = self.threads.lease(), self.threads.lease()
        busy, waiting = first.submit(goes_on.wait, 5), second.submit(int)
        self.assertEqual(self.client.get("/healthz/").status_code, 200)
        second.asked_at -= thread_queue.STUCK_AFTER
        response = self.client.get("/healthz/")
        self.assertEqual((response.status_code, response.json()["threads"]), (503, False))
        self.assertTrue(response.json()["database"])
        goes_on.set()
        busy.result(5)
        first.end()
        self.assertEqual(waiting.result(5), 0)
        self.assertIs(self.look(), True)
        second.end()

    def test_a_long_queue_that_moves_is_load_and_no_standstill(self) -> None:
        thread_queue.watch(self.threads)
        goes_on = threading.Event()
        leases = [self.threads.lease() for _ in range(3)]
        first, second, third = (lease.submit(goes_on.wait, 5) for lease in leases)
        for lease in leases[1:]:
            lease.asked_at -= 10 * thread_queue.STUCK_AFTER
        self.assertIs(self.look(), False)
        goes_on.set()
        first.result(5)
        goes_on.clear()
        leases[0].end()
        # The second has the thread now, and the third, which has waited for so long, is next.
        self.assertIs(self.look(), True)
        goes_on.set()
        for lease, call in ((leases[1], second), (leases[2], third)):
            call.result(5)
            lease.end()


class OneLookTests(TestCase):
    def test_a_look_that_hangs_is_a_no_and_many_who_ask_are_one(self) -> None:
        goes_on, begun = threading.Event(), []

        def hang() -> dict:
            begun.append(1)
            goes_on.wait(5)
            return {"redis": True}

        with mock.patch.object(readiness, "LIMIT", 0.05):
            looks = [readiness._begin("it", hang) for _ in range(3)]
            self.assertEqual(readiness._answer(looks[2], {"redis": False}), {"redis": False})
        goes_on.set()
        self.assertEqual(readiness._answer(looks[0], {"redis": False}), {"redis": True})
        self.assertEqual(begun, [1])
        self.assertIsNot(readiness._begin("it", hang), looks[0])
