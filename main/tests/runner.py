"""The test run: what is put off for minutes would come to life in the midst of another test."""

from unittest import mock

from django.test.runner import DiscoverRunner


class ShopRunner(DiscoverRunner):
    """Without the timers by which a process without a stored queue does things later."""

    def setup_test_environment(self, **kwargs) -> None:
        super().setup_test_environment(**kwargs)
        self._timers = mock.patch("main.tasks.Timer")
        self._timers.start()

    def teardown_test_environment(self, **kwargs) -> None:
        self._timers.stop()
        super().teardown_test_environment(**kwargs)
