"""A row that PostgreSQL refused, as Django raises it: with whose row it was."""

from django.db import IntegrityError
from psycopg import errors
from psycopg.pq import DiagnosticField

NAME = "Ottoline (Ms). Featherstonehaugh"
STREET = "7 Quillpen Passage"
FIRST = 'new row for relation "main_order" violates check constraint "total_is_sum"'
DETAIL = f"DETAIL:  Failing row contains (12, {NAME}, {STREET}, Bristol, 16.98)."

_DIAGNOSED = {
    DiagnosticField.MESSAGE_PRIMARY: FIRST.encode(),
    DiagnosticField.TABLE_NAME: b"main_order",
    DiagnosticField.CONSTRAINT_NAME: b"total_is_sum",
}


def refuse() -> None:
    try:
        raise errors.CheckViolation(f"{FIRST}\n{DETAIL}", info=_DIAGNOSED)
    except errors.CheckViolation as error:
        raise IntegrityError(*error.args) from error
