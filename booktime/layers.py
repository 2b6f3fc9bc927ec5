"""The channel layer that outlives Redis: what is received waits for its return, and says so."""

import asyncio
import logging
import random
import time
from typing import Any

from channels_redis.core import RedisChannelLayer
from redis.asyncio import BlockingConnectionPool, ConnectionPool
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CAPACITY = 5000  # nudges that wait for one process: a burst of a second and more
EXPIRY = 10  # seconds: whoever reads later has learnt from a heartbeat by then
# Seconds; channels join again more often than that, and those of killed processes are forgotten.
GROUP_EXPIRY = 300
CONNECTIONS = 32  # of one process; who finds none free waits, and is not refused
LOST = (RedisError, OSError, TimeoutError)
LOG_EVERY = 60  # seconds
# Puts one message each on several channels, but not on full ones; returns how many those were.
_PUT = """
local count, now, expiry = #KEYS, ARGV[#ARGV - 1], ARGV[#ARGV]
local dropped = 0
for i, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - expiry)
    if redis.call('ZCARD', key) < tonumber(ARGV[i + count]) then
        redis.call('ZADD', key, now, ARGV[i])
        redis.call('EXPIRE', key, expiry)
    else
        dropped = dropped + 1
    end
end
return dropped
"""


class ForgivingRedisLayer(RedisChannelLayer):
    """Differs from its parent, which ends every consumer when Redis goes away, in that

    - `receive` tries again, with jitter, until Redis is back. The groups are gone then: whoever
      finds `times_back` changed joins theirs again.
    - a server that hangs is noticed, and an idle socket is not taken for one.
    - what a full channel drops is logged, once a minute.
    - sending to a group asks Redis twice, not four times.
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
        self.times_back = 0
        self._is_away = False
        self._dropped = 0
        self._logged_at = -float(LOG_EVERY)

    def create_pool(self, index: int) -> ConnectionPool:
        # An answer may take as long as an empty queue is waited for, and a bit.
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
        """Called by one receiver at a time of all in this process."""
        tries = 0
        while True:
            try:
                if self._is_away:
                    await self._find_back()
                return await super().receive_single(channel)
            except LOST as error:
                tries = tries + 1 if self._is_away else 0
                self._note_loss(error)
                await asyncio.sleep(random.uniform(0.05, min(0.2 * 2**tries, 1.0)))  # noqa: S311

    async def _brpop_with_clean(self, index: int, channel: str, timeout: int) -> bytes | None:
        """One question, where the parent asks four to keep what a cancelled receiver has taken."""
        found = await self.connection(index).bzpopmin(channel, timeout=timeout)
        return None if found is None else found[1]

    async def _clean_receive_backup(self, index: int, channel: str) -> None:
        """There is no backup: a nudge that is lost is made up for."""

    async def _find_back(self) -> None:
        for index in range(self.ring_size):
            await self.connection(index).ping()
        self._is_away = False
        self.times_back += 1
        logger.warning("Redis is back.")

    def _note_loss(self, error: BaseException) -> None:
        if not self._is_away:
            self._is_away = True
            logger.warning("Redis is away: %s", error or type(error).__name__)

    # --- Sending --------------------------------------------------------------------------

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        assert self.require_valid_group_name(group), "Group name not valid"  # noqa: S101
        names = await self._channels_in(group)
        by_host, messages, capacities = self._map_channel_keys_to_connection(names, message)
        for index, keys in by_host.items():
            values = [found[key] for found in (messages, capacities) for key in keys]
            sent = self.connection(index).eval(
                _PUT, len(keys), *keys, *values, time.time(), self.expiry
            )
            self._note_drops(await sent, group)

    async def _channels_in(self, group: str) -> list[str]:
        key = self._group_key(group)
        connection = self.connection(self.consistent_hash(group))
        async with connection.pipeline(transaction=False) as asked:
            asked.zremrangebyscore(key, 0, int(time.time()) - self.group_expiry)
            asked.zrange(key, 0, -1)
            _, names = await asked.execute()
        return [name.decode() for name in names]

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
