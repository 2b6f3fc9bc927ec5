"""The cache in Redis. The shop runs on without it: everything cached can be computed again."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _without_redis(name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    """The method `name` of Django's cache, with a substitute answer if Redis fails."""
    method = getattr(RedisCache, name)

    @functools.wraps(method)
    def ask(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:
            logger.warning("Redis did not answer (%s): %s", name, error)
            return answer(*args, **kwargs)

    return ask


class ForgivingRedisCache(RedisCache):
    """Finds and stores nothing while Redis is away; throttles then let everyone pass."""

    get = _without_redis("get", lambda key, default=None, version=None: default)
    get_many = _without_redis("get_many", lambda *args, **kwargs: {})
    set = _without_redis("set", lambda *args, **kwargs: None)
    set_many = _without_redis("set_many", lambda *args, **kwargs: [])
    add = _without_redis("add", lambda *args, **kwargs: True)
    touch = _without_redis("touch", lambda *args, **kwargs: False)
    delete = _without_redis("delete", lambda *args, **kwargs: False)
    has_key = _without_redis("has_key", lambda *args, **kwargs: False)
