"""SQLite: prefetching one row for each of a thousand others.

Django 5.2 looks up what foreign keys point to by tuples. SQLite has none, so it writes "id = 1 OR
id = 2 OR …" there, and SQLite takes at most a thousand of these: a basket of 1,000 titles was an
error. With a single column, an ordinary IN does the same.
"""

from typing import Any

from django.db.models.fields.tuple_lookups import TupleIn
from django.db.models.lookups import In


def _as_sqlite(lookup: Any, compiler: Any, connection: Any) -> Any:
    """Called by Django's compiler in place of `as_sql`."""
    columns = lookup.lhs.get_cols()
    if len(columns) == 1 and lookup.rhs_is_direct_value():
        return compiler.compile(In(columns[0], [value for (value,) in lookup.rhs]))
    return lookup.as_sql(compiler, connection)


TupleIn.as_sqlite = _as_sqlite  # type: ignore[attr-defined]
