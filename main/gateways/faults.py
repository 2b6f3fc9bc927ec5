"""What is a fault of ours, and what is only the database or Redis being away."""

import logging

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

# The pool's own errors come as Django's; whatever waits or talks over a network may end by an
# OSError, which a TimeoutError is too.
_AWAY = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError, OSError)


def is_away(error: Exception) -> bool:
    return isinstance(error, _AWAY)


def tell(logger: logging.Logger, what: str, error: Exception) -> None:
    """For what goes on all the same: a warning, or else an error with its traceback."""
    if is_away(error):
        logger.warning("%s: %s", what, error)
    else:
        logger.error(what, exc_info=error)
