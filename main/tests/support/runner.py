"""The test run: what is put off for minutes would come to life in the midst of another test."""

import gc
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.db.backends.signals import connection_created
from django.test import TransactionTestCase, override_settings
from django.test.runner import DiscoverRunner

from booktime.server import lock_waits
from main.tests.support.emptying import Emptying
from main.tests.support.kept_schema import kept_schema

PATIENCE = "60s"


def be_patient(connection, **kwargs) -> None:
    """Threads of a race wait for each other's locks as long as a slow machine needs.

    The web's limit would end the race before its verdict. A pool passes connections on, so that the
    tests' own thread takes its limit back.
    """
    if connection.vendor == "postgresql":
        is_race = threading.current_thread() is not threading.main_thread()
        limit = f"'{PATIENCE}'" if is_race else "DEFAULT"
        connection.connection.execute(f"SET lock_timeout TO {limit}")


class ShopRunner(DiscoverRunner):
    """Without the timers by which a process without a stored queue does things later.

    Invoices that tests print are not kept among a developer's.
    """

    def setup_test_environment(self, **kwargs) -> None:
        super().setup_test_environment(**kwargs)
        self._timers = mock.patch("main.queue.putting_off.Timer")
        self._timers.start()
        self._folder = TemporaryDirectory(prefix="booktime-private-")
        self._private = override_settings(PRIVATE_MEDIA_ROOT=Path(self._folder.name))
        self._private.enable()

    def run_suite(self, suite, **kwargs):
        # All modules are loaded, and stay: looking through them again and again takes its time.
        gc.freeze()
        gc.set_threshold(20_000, 50, 50)
        return super().run_suite(suite, **kwargs)

    def teardown_test_environment(self, **kwargs) -> None:
        self._private.disable()
        self._folder.cleanup()
        self._timers.stop()
        super().teardown_test_environment(**kwargs)

    def setup_databases(self, **kwargs) -> list:
        # The application that some tests load is a web process's; races here have threads enough.
        connection_created.disconnect(dispatch_uid=lock_waits.NAME)
        connection_created.connect(be_patient, dispatch_uid="patience")
        with kept_schema():
            made = super().setup_databases(**kwargs)
        if made:
            emptying = Emptying()
            TransactionTestCase._fixture_teardown = lambda _: emptying.empty()
        return made
