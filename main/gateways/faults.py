"""What is a fault of ours, and what is only the database or Redis being away."""

import logging

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from main.gateways import database

# The pool's own errors come as the database's.
_AWAY = (RedisConnectionError, RedisTimeoutError, ConnectionError, TimeoutError)
# PostgreSQL's classes of errors: the connection, an end or a start of the server, no room for more.
# What else it says (a deadlock, a full disk, a statement cut off) somebody should know of.
_AWAY_STATES = ("08", "57P", "533")


def is_away(error: Exception) -> bool:
    state = getattr(error.__cause__, "sqlstate", None) or _AWAY_STATES[0]
    is_databases = database.is_away(error) and state.startswith(_AWAY_STATES)
    return is_databases or isinstance(error, _AWAY)


def tell(logger: logging.Logger, what: str, error: Exception) -> None:
    """For what goes on all the same: a warning, or else an error with its traceback."""
    if is_away(error):
        logger.warning("%s: %s", what, error)
    else:
        logger.error(what, exc_info=error)
