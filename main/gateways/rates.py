"""How fast, and how many at once: buckets for one socket, for a person over all processes.

A person is a name that says nothing (a keyed digest). Without Redis, or while it is away, each
process counts for itself.
"""

import time
from collections import defaultdict
from collections.abc import Collection
from functools import partial

from redis.asyncio import Redis

from main.gateways.shared_redis import attempt

SENDS, SENDS_AT_ONCE = 10, 40  # of one person: a second, and at once
# Whoever is no faster than this is counted here only, and told to Redis when they are.
CALM, CALM_AT_ONCE = 1, 5
SOCKETS = 10  # of one person
SEAT_LASTS = 35  # seconds, unless it is said again that it is taken
_MANY = 10_000
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1] or burst)
left = math.min(burst, left + (now - tonumber(known[2] or now)) * rate)
local wait = 0
local cost = tonumber(ARGV[3])
if left >= 1 then left = left - cost else wait = (1 - left) / rate end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return tostring(wait)
"""
_TAKE_SEAT = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2] * 2)
return 1
"""
_KEEP_SEATS = """
local now = tonumber(redis.call('TIME')[1])
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[1] * 2)
"""


class TokenBucket:
    """`rate` a second on average, `burst` at once."""

    __slots__ = ("_at", "_left", "burst", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left = float(burst)
        self._at = time.monotonic()

    def take(self) -> float:
        """0, or the seconds to wait."""
        self._fill()
        if self._left >= 1:
            self._left -= 1
            return 0
        return (1 - self._left) / self.rate

    @property
    def is_full(self) -> bool:
        self._fill()
        return self._left >= self.burst

    def _fill(self) -> None:
        now = time.monotonic()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now


class _Pace:
    """How somebody sends by way of this process."""

    __slots__ = ("calm", "own", "untold")

    def __init__(self) -> None:
        self.calm = TokenBucket(CALM, CALM_AT_ONCE)
        self.own = TokenBucket(SENDS, SENDS_AT_ONCE)
        self.untold = 0


_paces: dict[str, _Pace] = {}
_seats: defaultdict[str, set[str]] = defaultdict(set)


async def take_send(person: str) -> float:
    """Seconds that this person has to wait before the next message; 0 now."""
    pace = _pace_of(person)
    own_wait = pace.own.take()
    if own_wait or not pace.calm.take():
        pace.untold += not own_wait
        return own_wait
    cost, pace.untold = pace.untold + 1, 0
    wait = await attempt(
        lambda redis: redis.eval(_TAKE, 1, f"booktime:sends:{person}", SENDS, SENDS_AT_ONCE, cost)
    )
    return 0 if wait is None else float(wait)


async def take_seat(person: str, socket: str) -> bool:
    """Whether this person may have one more socket; `socket` names it."""
    if len(_seats[person]) >= SOCKETS:
        return False
    _seats[person].add(socket)
    key = _seat_key(person)
    taken = await attempt(lambda redis: redis.eval(_TAKE_SEAT, 1, key, SOCKETS, SEAT_LASTS, socket))
    if taken == 0:
        _leave_here(person, socket)
        return False
    return True


async def leave_seat(person: str, socket: str) -> None:
    _leave_here(person, socket)
    await attempt(lambda redis: redis.zrem(_seat_key(person), socket))


async def keep_seats() -> None:
    """Those of this process stay taken."""
    taken = [(person, list(sockets)) for person, sockets in _seats.items() if sockets]
    for begin in range(0, len(taken), 100):
        some = taken[begin : begin + 100]
        await attempt(partial(_keep, some))


async def _keep(some: Collection[tuple[str, list[str]]], redis: Redis) -> bool:
    async with redis.pipeline(transaction=False) as pipeline:
        for person, sockets in some:
            pipeline.eval(_KEEP_SEATS, 1, _seat_key(person), SEAT_LASTS, *sockets)
        await pipeline.execute()
    return True


def _pace_of(person: str) -> _Pace:
    if len(_paces) > _MANY:
        for name in [name for name, pace in _paces.items() if pace.own.is_full]:
            del _paces[name]
    return _paces.setdefault(person, _Pace())


def _leave_here(person: str, socket: str) -> None:
    _seats[person].discard(socket)
    if not _seats[person]:
        del _seats[person]


def _seat_key(person: str) -> str:
    return f"booktime:seats:{person}"
