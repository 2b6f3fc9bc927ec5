"""The test runner of an earlier release, for a database whose schema is newer than its code.

Between tests Django truncates the tables that the code knows, and PostgreSQL refuses to truncate
one to which a newer table refers. Here the newer tables are truncated, too.
"""

from unittest import TestCase, TestSuite

from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils.module_loading import import_string

# A release rightly refuses to restore a backup with migrations that it does not know, and in this
# database every backup has some. Nobody restores during a push.
_RESTORES = {
    f"main.tests.test_backups.RestoreTests.{name}"
    for name in (
        "test_a_lost_shop_is_there_again_and_goes_on",
        "test_a_restore_that_breaks_off_leaves_the_shop_that_was_there",
        "test_a_shop_is_replaced_only_when_asked_for_and_then_wholly",
        "test_of_files_that_do_not_all_fit_none_is_left",
        "test_what_is_not_whole_or_not_for_here_touches_nothing",
    )
}

# Releases 0.1.0 and 0.2.0 hold these to a time that a slow machine misses; they ask nothing of the
# schema.
_PRESENCE = "main.tests.test_presence.RedisTests"
_SENDING = "main.tests.test_api_messages.SendingTests"
_TIMED = {
    f"{_PRESENCE}.test_two_hundred_among_two_hundred_thousand_keys_are_read_at_once",
    f"{_SENDING}.test_a_persons_messages_are_counted_by_all_doors_and_of_all_orders",
}
_LEFT_OUT = _RESTORES | _TIMED


def _asks_the_schema(test: TestCase) -> bool:
    """A test that may use no database has passed on the release's own commit already."""
    return bool(getattr(test, "databases", True)) and test.id() not in _LEFT_OUT


_empty = DatabaseOperations.sql_flush


def _empty_with_the_newer(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    return _empty(self, style, tables, reset_sequences=reset_sequences, allow_cascade=True)


class Runner(import_string(settings.TEST_RUNNER)):
    def build_suite(self, *args, **kwargs):
        tests = super().build_suite(*args, **kwargs)
        return TestSuite(test for test in tests if _asks_the_schema(test))

    def setup_test_environment(self, **kwargs):
        DatabaseOperations.sql_flush = _empty_with_the_newer
        super().setup_test_environment(**kwargs)

    def teardown_test_environment(self, **kwargs):
        DatabaseOperations.sql_flush = _empty
        super().teardown_test_environment(**kwargs)
