"""What some tests want beside them; a gate's SQLite has neither, `bin/test` runs them with both."""

from unittest import skipUnless

from django.conf import settings
from django.db import connection

ON_POSTGRESQL = skipUnless(connection.vendor == "postgresql", "PostgreSQL's own behaviour.")
WITH_REDIS = skipUnless(settings.REDIS_URL, "A Redis's own behaviour.")
