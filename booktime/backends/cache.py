"""The cache in Redis; in this process while Redis is away, full or read-only.

What is cached could be computed again, but limits are counted here too: if nothing were kept,
passwords could be guessed without limit. Meanwhile each process counts for itself.
"""

import logging
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)

HOLDS = 10_000  # entries in this process; beyond that, those unused for longest go
PAUSE = 1  # seconds before a Redis that cannot be reached is asked again
_LOG_EVERY = 60
_NOTHING = object()


class _Server:
    """How one Redis answered last, for all threads of the process."""

    def __init__(self) -> None:
        self.away_until = self.logged_at = -float(_LOG_EVERY)

    @property
    def is_away(self) -> bool:
        return time.monotonic() < self.away_until

    def note_failure(self, error: RedisError) -> None:
        now = time.monotonic()
        # One that refuses does so at once, and can still be read.
        if isinstance(error, (RedisConnectionError, RedisTimeoutError)):
            self.away_until = now + PAUSE
        if now - self.logged_at >= _LOG_EVERY:
            self.logged_at = now
            logger.warning("Redis does not keep the cache, so this process does: %s", error)


_servers: dict[str, _Server] = {}


class ForgivingRedisCache(RedisCache):
    """What Redis did not take is kept in this process, until Redis takes something newer."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        ours = params | {"OPTIONS": {"MAX_ENTRIES": HOLDS}}
        self._own = LocMemCache(f"instead of {server}", ours)
        self._server = _servers.setdefault(server, _Server())

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        own = self._own.get(key, _NOTHING, version)
        return self._read("get", key, default, version) if own is _NOTHING else own

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        keys = list(keys)
        return self._read("get_many", keys, version) | self._own.get_many(keys, version)

    def has_key(self, key: Any, version: Any = None) -> bool:
        return self._own.has_key(key, version) or self._read("has_key", key, version)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        self._write("set", key, value, timeout, version=version)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        for key, value in data.items():
            self.set(key, value, timeout, version)
        return []

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        if self._own.has_key(key, version):
            return False
        return self._write("add", key, value, timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        if self._own.has_key(key, version):
            return self._own.touch(key, timeout, version)
        return self._write("touch", key, timeout, version=version)

    def delete(self, key: Any, version: Any = None) -> bool:
        return self._write("delete", key, version=version)

    def delete_many(self, keys: Any, version: Any = None) -> None:
        for key in keys:
            self.delete(key, version)

    def clear(self) -> Any:
        self._own.clear()
        return self._read("clear")

    def _read(self, name: str, *args: Any) -> Any:
        """Redis's answer, or that of this process, which may have nothing."""
        try:
            return self._ask(name, *args)
        except RedisError:
            return getattr(self._own, name)(*args)

    def _write(self, name: str, key: Any, *args: Any, version: Any) -> Any:
        try:
            done = self._ask(name, key, *args, version=version)
        except RedisError:
            return getattr(self._own, name)(key, *args, version=version)
        self._own.delete(key, version)
        return done

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if self._server.is_away:
            raise RedisError("It was away a moment ago.")
        try:
            return getattr(super(), name)(*args, **kwargs)
        except RedisError as error:
            self._server.note_failure(error)
            raise
