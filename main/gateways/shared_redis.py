"""One asynchronous Redis client per event loop. Losing Redis costs a moment, not an error."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LIMIT = 2  # seconds
PAUSE = 1  # seconds before a Redis that is away is asked again
_LOG_EVERY = 60


class _Shared:
    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url, max_connections=16, timeout=LIMIT, socket_connect_timeout=1, socket_timeout=LIMIT
        )
        self.redis = Redis(connection_pool=pool)
        self.away_until = self.logged_at = -float(_LOG_EVERY)

    def note_loss(self, error: BaseException) -> None:
        now = time.monotonic()
        self.away_until = now + PAUSE
        if now - self.logged_at >= _LOG_EVERY:
            self.logged_at = now
            logger.warning("Redis does not answer: %s", error)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


async def attempt(work: Callable[[Redis], Any]) -> Any:
    """Redis's answer to `work`; None if there is no Redis, or it is away."""
    if not settings.REDIS_URL:
        return None
    loop = asyncio.get_running_loop()
    shared = _by_loop.get(loop) or _by_loop.setdefault(loop, _Shared(settings.REDIS_URL))
    if time.monotonic() < shared.away_until:
        return None
    with heeding_cancellation():
        try:
            async with asyncio.timeout(LIMIT):
                return await work(shared.redis)
        except (RedisError, OSError, TimeoutError) as error:
            shared.note_loss(error)
            return None


@contextmanager
def heeding_cancellation() -> Iterator[None]:
    """Honour a cancellation that a driver swallows (wait_for of Python 3.11, while connecting).

    Otherwise a task that runs for ever would not end, nor would a server that waits for its tasks.
    A task that was cancelled before, and is tidying up, is left alone.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError
