"""What is a fault of ours, and what is only the database or Redis being away for a while."""

import logging

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

DATABASE_ERRORS = (OperationalError, InterfaceError)
# The pool's own errors come as the database's.
_AWAY = (RedisConnectionError, RedisTimeoutError, ConnectionError, TimeoutError)
# PostgreSQL's classes of errors: the connection, an end or a start of the server, no room for more.
# What else it says (a deadlock, a full disk, a statement cut off) somebody should know of.
_AWAY_STATES = ("08", "57P", "533")


def is_away(error: Exception) -> bool:
    """Whether the database or Redis cannot be reached; anything else is a fault to look at."""
    state = getattr(error.__cause__, "sqlstate", None) or _AWAY_STATES[0]
    is_databases = is_database_away(error) and state.startswith(_AWAY_STATES)
    return is_databases or isinstance(error, _AWAY)


def is_database_away(error: BaseException) -> bool:
    """It cannot be reached, or does not answer as it should, and may do so later."""
    # SQLite has one class for that and for a table that is not there.
    is_ours = getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, DATABASE_ERRORS) and not is_ours


def in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def log(logger: logging.Logger, what: str, error: Exception) -> None:
    """For what goes on all the same: a warning, or else an error with its traceback."""
    if is_away(error):
        logger.warning("%s: %s", what, error)
    else:
        logger.error(what, exc_info=error)
