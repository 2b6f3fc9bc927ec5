"""A channel layer that survives the loss of Redis: receivers wait for its return, and log it."""

import asyncio
import logging
import random
import time
from typing import Any

from channels_redis.core import RedisChannelLayer
from redis.asyncio import BlockingConnectionPool, ConnectionPool
from redis.exceptions import RedisError

from main.gateways.shared_redis import heeding_cancellation

logger = logging.getLogger(__name__)

CAPACITY = 5000  # nudges waiting for one process: a burst of more than a second
EXPIRY = 10  # seconds; by then a heartbeat has brought the news
# Seconds; channels join again more often than that, and those of killed processes expire.
GROUP_EXPIRY = 300
CONNECTIONS = 32  # per process; callers wait for a free one instead of failing
LOST = (RedisError, OSError, TimeoutError)
LOG_EVERY = 60  # seconds
# Sends one message to each process whose channels are in the group, except full ones; returns how
# many were full. It computes keys as it goes, which a single Redis allows and a cluster does not.
_SEND = """
local now, group_expiry, expiry, capacity = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local prefix, noise, message = ARGV[5], ARGV[6], cmsgpack.unpack(ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - group_expiry)
local channels, dropped = {}, 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local process = string.match(name, '^.-!') or name
    channels[process] = channels[process] or {}
    table.insert(channels[process], name)
end
for process, names in pairs(channels) do
    local key = prefix .. process
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - expiry)
    if redis.call('ZCARD', key) < capacity then
        message['__asgi_channel__'] = names
        redis.call('ZADD', key, now, noise .. cmsgpack.pack(message))
        redis.call('EXPIRE', key, expiry)
    else
        dropped = dropped + 1
    end
end
return dropped
"""


class ForgivingRedisLayer(RedisChannelLayer):
    """Differs from its parent, which ends every consumer when Redis goes away:

    - `receive` retries, with jitter, until Redis is back. The groups are then gone: if
      `times_back` has changed, callers join theirs again.
    - A hanging server is noticed, and an idle socket is not mistaken for one.
    - Messages that a full channel drops are logged, once a minute.
    - Sending to a group and receiving take one round trip to Redis each, not four.
    """

    def __init__(
        self,
        hosts: Any = None,
        *,
        capacity: int = CAPACITY,
        expiry: int = EXPIRY,
        group_expiry: int = GROUP_EXPIRY,
        **options: Any,
    ) -> None:
        super().__init__(
            hosts, capacity=capacity, expiry=expiry, group_expiry=group_expiry, **options
        )
        # With several hosts or encryption: the parent's own way, with four round trips.
        self._is_plain = self.ring_size == 1 and not options
        self.times_back = 0
        self._is_away = False
        self._dropped = 0
        self._logged_at = -float(LOG_EVERY)

    @property
    def is_live(self) -> bool:
        """Whether nudges arrive, as far as is known; heartbeats replace them meanwhile."""
        return not self._is_away

    def create_pool(self, index: int) -> ConnectionPool:
        # An answer may take as long as the wait on an empty queue, and a little longer.
        limits = {"socket_timeout": self.brpop_timeout + 5, "socket_connect_timeout": 2}
        host = limits | self.hosts[index]
        if "address" not in host:
            self.hosts[index] = host
            return super().create_pool(index)
        address = host.pop("address")
        limits = {"max_connections": CONNECTIONS, "timeout": 2}
        return BlockingConnectionPool.from_url(address, **limits | host)

    # --- Receiving ------------------------------------------------------------------------

    async def receive_single(self, channel: str) -> Any:
        """Only one receiver of this process calls it at a time."""
        tries = 0
        while True:
            try:
                with heeding_cancellation():
                    if self._is_away:
                        await self._find_back()
                    return await super().receive_single(channel)
            except LOST as error:
                tries = tries + 1 if self._is_away else 0
                self._note_loss(error)
                await asyncio.sleep(random.uniform(0.05, min(0.2 * 2**tries, 1.0)))  # noqa: S311

    async def _brpop_with_clean(self, index: int, channel: str, timeout: int) -> bytes | None:
        with heeding_cancellation():
            found = await self.connection(index).bzpopmin(channel, timeout=timeout)
        return found[1] if found else None

    async def _clean_receive_backup(self, index: int, channel: str) -> None:
        """Do not keep what a cancelled receiver had taken: nudges may get lost."""

    async def _find_back(self) -> None:
        for index in range(self.ring_size):
            # Receiving writes: one that is another's copy answers a ping, and is still away.
            await self.connection(index).set(f"{self.prefix}:back", 1, ex=60)
        self._is_away = False
        self.times_back += 1
        logger.warning("Redis is back.")

    def _note_loss(self, error: BaseException) -> None:
        if not self._is_away:
            self._is_away = True
            logger.warning("Redis is away: %s", error)

    # --- Sending --------------------------------------------------------------------------

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if not self._is_plain:
            await super().group_send(group, message)
            return
        assert self.require_valid_group_name(group), "Group name not valid"  # noqa: S101
        limits = [time.time(), self.group_expiry, self.expiry, self.capacity]
        # Without it, a message equal to a waiting one would not be added.
        noise = random.randbytes(self._serializer.random_prefix_length)  # noqa: S311
        written = self._serializer.as_bytes(message)
        key = self._group_key(group)
        sent = self.connection(0).eval(_SEND, 1, key, *limits, self.prefix, noise, written)
        self._note_drops(await sent, group)

    def _note_drops(self, dropped: int, group: str) -> None:
        self._dropped += dropped
        if self._dropped and time.monotonic() - self._logged_at >= LOG_EVERY:
            logger.warning(
                "The channel layer is full. Nudges dropped: %s, the last to %s.",
                self._dropped,
                group,
            )
            self._logged_at = time.monotonic()
            self._dropped = 0
