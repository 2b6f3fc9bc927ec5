"""Eight workers look at once: each job is queued once, and eight times without the guard."""

import contextlib
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.db import connection, connections
from django.test import TransactionTestCase, override_settings
from django.utils import timezone

from main.models import PeriodicJob
from main.queue import clock
from main.tests.support.live_shop import copy_database
from main.tests.support.queue_case import DATABASE_TASKS
from main.tests.test_periodic_jobs import NAMES

WORKERS = 8


@contextlib.contextmanager
def database_for_threads() -> Iterator[None]:
    """SQLite in memory locks threads out where a file lets them wait."""
    if connection.vendor != "sqlite":
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.sqlite3"
        copy_database(to_file=file)
        with mock.patch.dict(connections.settings["default"], {"NAME": str(file)}):
            yield


def unguarded(name, due_at, next_at) -> bool:
    """Whoever saw it due queues it."""
    return bool(PeriodicJob.objects.filter(name=name).update(due_at=next_at))


@override_settings(TASKS=DATABASE_TASKS)
class PeriodicRaces(TransactionTestCase):
    def setUp(self) -> None:
        clock.put_off_due()
        PeriodicJob.objects.update(due_at=timezone.now() - timedelta(hours=3))
        # As if each ran as soon as it was queued: then a waiting task stops nobody.
        self.enterContext(mock.patch("main.queue.clock.is_waiting", return_value=False))

    def race(self) -> Counter[str]:
        """How often each job was queued by all of them together."""
        barrier, put_off = threading.Barrier(WORKERS), list[str]()

        def look() -> None:
            now = timezone.now()
            due = clock.read_due(now)
            barrier.wait(30)
            put_off.extend([name for name, at in due.items() if clock.claim(name, at, now)])
            connections.close_all()

        threads = [threading.Thread(target=look) for _ in range(WORKERS)]
        with database_for_threads():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return Counter(put_off)

    def test_each_is_put_off_once(self) -> None:
        self.assertEqual(self.race(), Counter(NAMES))

    def test_without_the_guard_each_worker_puts_it_off(self) -> None:
        with mock.patch("main.queue.clock.move_on", unguarded):
            self.assertEqual(set(self.race().values()), {WORKERS})
