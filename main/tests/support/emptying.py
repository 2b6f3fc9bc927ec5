"""After a test that commits: whatever it wrote is rubbed out, and what migrations wrote is there.

Django's own way empties every table and then has all permissions made again. On PostgreSQL that
takes longer than most tests, and the groups of the staff, which a migration wrote, are gone.
"""

from typing import Any

from django.db import connection, transaction

Rows = list[tuple[Any, ...]]
_WITH_TRIGGERS = """
SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal
"""


class Emptying:
    """Made right after the migrations."""

    def __init__(self) -> None:
        names = connection.introspection.django_table_names(only_existing=True)
        self.tables = sorted(names)
        with connection.cursor() as cursor:
            self.kept = {name: _rows(cursor, name) for name in self._filled(cursor)}
            self.frozen: set[str] = set()
            if connection.vendor == "postgresql":
                cursor.execute(_WITH_TRIGGERS)
                self.frozen = {name for (name,) in cursor.fetchall()}

    def empty(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # A request that is still under way ends first, or its rows would come to light in
                # the next test.
                cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, self.tables))}")
            # Those to truncate first: a DELETE beside them leaves checks of keys to do.
            names = self._filled(cursor) | self.kept.keys()
            for name in sorted(names, key=lambda name: name not in self.frozen):
                if name not in self.kept:
                    self._empty(cursor, name)
                elif _rows(cursor, name) != self.kept[name]:
                    self._empty(cursor, name)
                    _write(cursor, name, self.kept[name])

    def _filled(self, cursor) -> set[str]:
        """Looked at all at once."""
        look = "SELECT '{}' WHERE EXISTS (SELECT 1 FROM {})"
        cursor.execute(" UNION ALL ".join(look.format(n, _quoted(n)) for n in self.tables))
        return {name for (name,) in cursor.fetchall()}

    def _empty(self, cursor, name: str) -> None:
        # A trigger refuses to let go of an invoice, and lets go of all of them.
        empty = "TRUNCATE {} CASCADE" if name in self.frozen else "DELETE FROM {}"
        cursor.execute(empty.format(_quoted(name)))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _rows(cursor, name: str) -> Rows:
    cursor.execute(f"SELECT * FROM {_quoted(name)} ORDER BY 1")  # noqa: S608
    return cursor.fetchall()


def _write(cursor, name: str, rows: Rows) -> None:
    places = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f"INSERT INTO {_quoted(name)} VALUES ({places})", rows)  # noqa: S608
