"""How many sockets a person may have across all processes: each takes a seat, and seats are few.

A killed process does not give its seats back. So each process reports every second that it is
alive, and a socket that finds no free seat waits a moment: a dead process's seats are free by then.
Without Redis, or while it is away, each process counts for itself.
"""

import asyncio
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Collection
from functools import partial
from weakref import WeakKeyDictionary

from redis.asyncio import Redis

from booktime.sight.log_context import of_nobody
from main.gateways.shared_redis import attempt

SEATS = 10  # per person
SIGN = 1  # seconds between signs of life
LIVES = 3  # seconds, after the last sign of life
PATIENCE = 6  # seconds for a free seat; a client waits ten for its welcome
KEEP = 10  # seconds until taken seats are reported again
LASTS = 35  # seconds that a seat lasts unless it is
_AT_ONCE = 100  # people per round trip
_PROCESS = uuid.uuid4().hex[:12]
_ALIVE = "booktime:processes"
# By Redis's clock. KEYS: the person's seats, the processes; each scored by when it expires.
_NOW = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
"""
_SIGN = f"""{_NOW}
redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('EXPIRE', KEYS[1], 60)
"""
_TAKE = f"""{_NOW}
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local limit = tonumber(ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= limit then
    for _, seat in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        local ends = redis.call('ZSCORE', KEYS[2], string.match(seat, '^[^:]*'))
        if not ends or tonumber(ends) <= now then redis.call('ZREM', KEYS[1], seat) end
    end
end
if redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[4] .. ':' .. ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[2] * 2)
return 1
"""
_KEEP = f"""{_NOW}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[1] * 2)
"""

_seats: defaultdict[str, set[str]] = defaultdict(set)
_upkeep: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]]" = WeakKeyDictionary()


async def take(person: str, socket: str) -> bool:
    """Take a seat for the socket of this name. False if none becomes free within PATIENCE."""
    until = time.monotonic() + PATIENCE
    while len(_seats.get(person, ())) < SEATS:
        if await _take(person, socket):
            return True
        if time.monotonic() >= until:
            break
        # Everyone from a process that died may be waiting.
        await asyncio.sleep(random.uniform(0.2, 0.5))  # noqa: S311
    return False


async def leave(person: str, socket: str) -> None:
    _leave_here(person, socket)
    await attempt(lambda redis: redis.zrem(_key(person), _member(socket)))


async def keep() -> None:
    """Keep this process's seats taken."""
    taken = [(person, list(sockets)) for person, sockets in _seats.items() if sockets]
    for begin in range(0, len(taken), _AT_ONCE):
        some = taken[begin : begin + _AT_ONCE]
        await attempt(partial(_keep, some))


async def say_alive() -> None:
    await attempt(lambda redis: redis.eval(_SIGN, 1, _ALIVE, LIVES, _PROCESS))


async def _take(person: str, socket: str) -> bool:
    # Here first: two sockets opened at once must not both find the last seat free.
    _seats[person].add(socket)
    _keep_up()
    given = (SEATS, LASTS, LIVES, _PROCESS, socket)
    taken = await attempt(lambda redis: redis.eval(_TAKE, 2, _key(person), _ALIVE, *given))
    if taken == 0:
        _leave_here(person, socket)
        return False
    return True


async def _keep(some: Collection[tuple[str, list[str]]], redis: Redis) -> bool:
    async with redis.pipeline(transaction=False) as pipeline:
        for person, sockets in some:
            pipeline.eval(_KEEP, 1, _key(person), LASTS, *map(_member, sockets))
        await pipeline.execute()
    return True


def _keep_up() -> None:
    """For as long as any seat here is taken."""
    loop = asyncio.get_running_loop()
    if loop not in _upkeep:
        task = _upkeep[loop] = loop.create_task(_say_so(), context=of_nobody())
        task.add_done_callback(lambda _: _upkeep.pop(loop, None))


async def _say_so() -> None:
    kept = time.monotonic()
    while _seats:
        await say_alive()
        if time.monotonic() - kept >= KEEP:
            kept = time.monotonic()
            await keep()
        await asyncio.sleep(SIGN)


def _leave_here(person: str, socket: str) -> None:
    _seats[person].discard(socket)
    if not _seats[person]:
        del _seats[person]


def _key(person: str) -> str:
    return f"booktime:seats:{person}"


def _member(socket: str) -> str:
    return f"{_PROCESS}:{socket}"
