"""Tells our own faults from temporary outages of the database or Redis."""

import logging

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

DATABASE_ERRORS = (OperationalError, InterfaceError)
# A Redis that takes nothing, being full or another's copy, is as good as away.
_REDIS_AWAY = (RedisConnectionError, RedisTimeoutError, ReadOnlyError, OutOfMemoryError)
# The pool's own errors appear as the database's.
_AWAY = (*_REDIS_AWAY, ConnectionError, TimeoutError)
# PostgreSQL's classes of errors: connection, stop or start of the server, too many connections, a
# row that was not to be had in time. Somebody should know of all others, such as a deadlock, a full
# disk or a cancelled statement.
_AWAY_STATES = ("08", "57P", "533", "55P03")

# lock_not_available and deadlock_detected; and what SQLite calls a locked database.
_BUSY_STATES = ("55P03", "40P01")
_BUSY_NAMES = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_away(error: Exception) -> bool:
    """Whether the database or Redis cannot be reached; anything else is a fault to examine."""
    state = getattr(error.__cause__, "sqlstate", None) or _AWAY_STATES[0]
    is_databases = is_database_away(error) and state.startswith(_AWAY_STATES)
    return is_databases or isinstance(error, _AWAY)


def is_busy(error: BaseException | None) -> bool:
    """Whether somebody else held what this needed for too long: the same may succeed now."""
    return isinstance(error, OperationalError) and (
        getattr(error.__cause__, "sqlstate", None) in _BUSY_STATES
        or getattr(error.__cause__, "sqlite_errorname", "").startswith(_BUSY_NAMES)
    )


def is_database_away(error: BaseException) -> bool:
    """Whether it cannot be reached or does not answer properly, but may do so later."""
    # SQLite uses the same class for a missing table.
    is_ours = getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, DATABASE_ERRORS) and not is_ours


def in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def log(logger: logging.Logger, what: str, error: Exception) -> None:
    """Log an outage as a warning, anything else as an error with its traceback; work continues."""
    if is_away(error):
        logger.warning("%s: %s", what, error)
    else:
        logger.error(what, exc_info=error)
