"""The test run of an earlier release, in a database whose schema is newer than its code.

Between two tests Django empties the tables that the code knows, and PostgreSQL refuses to empty one
to which a newer table refers. Those go with it.
"""

from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils.module_loading import import_string

_empty = DatabaseOperations.sql_flush


def _empty_with_the_newer(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    return _empty(self, style, tables, reset_sequences=reset_sequences, allow_cascade=True)


class Runner(import_string(settings.TEST_RUNNER)):
    def setup_test_environment(self, **kwargs):
        DatabaseOperations.sql_flush = _empty_with_the_newer
        super().setup_test_environment(**kwargs)

    def teardown_test_environment(self, **kwargs):
        DatabaseOperations.sql_flush = _empty
        super().teardown_test_environment(**kwargs)
