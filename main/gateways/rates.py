"""Rate limits: for one socket, and for a person across all processes.

A person is a keyed digest that reveals nothing. Without Redis, or while it is away, each process
counts for itself.
"""

import asyncio
import logging
import time

from asgiref.sync import SyncToAsync

from main.gateways.shared_redis import attempt

logger = logging.getLogger(__name__)

SENDS, SENDS_AT_ONCE = 10, 40  # per person: a second, and in a burst
# Up to this rate a person is counted in this process only; beyond it, in Redis.
CALM, CALM_AT_ONCE = 1, 5
_MANY = 10_000
_LIMIT = 5  # seconds that a view waits
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


class TokenBucket:
    """`rate` a second on average, `burst` at once."""

    __slots__ = ("_at", "_left", "burst", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left = float(burst)
        self._at = time.monotonic()

    def take(self) -> float:
        """Take one; returns 0, or the seconds to wait."""
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
    """How fast one person sends through this process."""

    __slots__ = ("calm", "own", "untold")

    def __init__(self) -> None:
        self.calm = TokenBucket(CALM, CALM_AT_ONCE)
        self.own = TokenBucket(SENDS, SENDS_AT_ONCE)
        self.untold = 0


_paces: dict[str, _Pace] = {}


async def take_send(person: str) -> float:
    """The seconds until this person may send the next message; 0 means now."""
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


def take_send_from_thread(person: str) -> float:
    """take_send for a view, counted on the server's event loop together with the sockets."""
    loop = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
    if loop is None or not loop.is_running():
        # There is no server, and so no socket.
        return _pace_of(person).own.take()
    try:
        return asyncio.run_coroutine_threadsafe(take_send(person), loop).result(_LIMIT)
    except TimeoutError:
        logger.warning("A message was not counted: the event loop is late.")
        return 0


def _pace_of(person: str) -> _Pace:
    if len(_paces) > _MANY:
        for name in [name for name, pace in _paces.items() if pace.own.is_full]:
            del _paces[name]
    return _paces.setdefault(person, _Pace())
