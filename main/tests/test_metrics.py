"""The port of the metrics: opened where it is asked for, and waited for where it is taken."""

import socket
import time
import urllib.request
from unittest import mock

from django.db import DatabaseError
from django.test import SimpleTestCase, TestCase, override_settings
from prometheus_client import CollectorRegistry, generate_latest

from booktime.server.leased_threads import LeasedThreads
from booktime.sight import metrics_port
from booktime.sight.metrics_port import Counted, DatabaseFigures
from main.reports.waiting import WAITING


class ListenTests(SimpleTestCase):
    def setUp(self) -> None:
        self.enterContext(mock.patch.object(metrics_port, "registry", CollectorRegistry()))
        self.enterContext(mock.patch.object(metrics_port, "AGAIN", 0.02))

    def listen(self, port: int) -> None:
        with override_settings(METRICS_PORT=port):
            metrics_port.listen(counted={}, threads=LeasedThreads(3))

    def read(self, port: int) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return answer.read().decode()

    def test_without_a_port_nothing_listens(self) -> None:
        with mock.patch.object(metrics_port, "start_http_server") as start:
            self.listen(0)
        start.assert_not_called()

    def test_a_port_that_is_taken_is_a_warning_and_had_once_it_is_free(self) -> None:
        """Two releases side by side: the older one ends."""
        with self.assertLogs("booktime.sight.metrics_port", "INFO") as logs:
            with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104 - as the other has it
                port = taken.getsockname()[1]
                self.listen(port)
                said = logs.records[0]
                self.assertEqual(said.levelname, "WARNING")
                self.assertIn(f"port {port}: Address already in use", said.getMessage())
            until = time.monotonic() + 5
            while len(logs.records) < 2 and time.monotonic() < until:
                time.sleep(0.01)
        self.assertEqual(logs.records[1].getMessage(), f"Metrics are now on port {port}.")
        self.assertIn("booktime_threads_free 3.0", self.read(port))


class StoredTests(TestCase):
    def collect(self, figures: DatabaseFigures) -> str:
        registry = CollectorRegistry()
        # As in a thread of its own, whose connection it ends.
        with mock.patch.object(metrics_port.connection, "close"):
            registry.register(figures)
            return generate_latest(registry).decode()

    def test_what_waits_is_counted_and_not_at_each_asking(self) -> None:
        figures = DatabaseFigures(WAITING)
        self.assertIn("booktime_conversations_waiting 0.0", self.collect(figures))
        with self.assertNumQueries(0):
            self.assertIn("booktime_tasks_waiting 0.0", self.collect(figures))

    def test_a_database_that_is_away_takes_no_other_figures_with_it(self) -> None:
        away = Counted("Waiting.", mock.Mock(side_effect=DatabaseError("away")))
        with self.assertLogs("booktime.sight.metrics_port", "WARNING"):
            found = self.collect(DatabaseFigures({"tasks_waiting": away}))
        self.assertNotIn("tasks_waiting", found)
