"""Whether the database failed, and not what was asked of it."""

from django.db import InterfaceError, OperationalError

FAILURES = (OperationalError, InterfaceError)


def is_away(error: BaseException) -> bool:
    """It cannot be reached, or does not answer as it should: later it may."""
    # SQLite has one class for that and for a table that is not there.
    is_ours = getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, FAILURES) and not is_ours


def what_it_said(error: BaseException) -> str:
    """In one line."""
    return " ".join(str(error).split()) or type(error).__name__
