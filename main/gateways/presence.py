"""Who is in which conversation now: sorted sets in Redis, scored by when each presence expires.

Every REFRESH seconds a process reports again who is connected to it; nothing of a killed process is
left after LASTS. There is no searching (no KEYS, no SCAN), and no key contains an identity.
Without Redis, or while it is away, a process knows only its own sockets.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any

from redis.asyncio import Redis

from main.gateways.shared_redis import attempt

Person = dict[str, str]  # who, name, role

REFRESH = 10  # seconds
LASTS = 35
_AT_ONCE = 100  # conversations per round trip
_PROCESS = uuid.uuid4().hex[:12]
_EVERYWHERE = "booktime:presence"
# By Redis's clock, as those of the hosts may differ. KEYS: the conversation's, and everyone's.
_TOUCH = """
local now = tonumber(redis.call('TIME')[1])
for i = 3, #ARGV do
    redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i])
    redis.call('ZADD', KEYS[2], now + ARGV[1], ARGV[2] .. ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('EXPIRE', KEYS[1], ARGV[1] * 2)
redis.call('EXPIRE', KEYS[2], ARGV[1] * 2)
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
_LEAVE = """
redis.call('ZREM', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1] .. ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
_READ = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

_here: defaultdict[int, dict[str, Person]] = defaultdict(dict)


async def touch(order_id: int, person: Person) -> list[Person]:
    """This person is here. Returns everyone in the conversation."""
    _here[order_id][person["who"]] = person
    found = await attempt(lambda redis: _touch(redis, order_id, [person]))
    return _people(order_id, found)


async def leave(order_id: int, person: Person) -> list[Person]:
    """This person has left this process. Returns who is still there, in any process."""
    _forget(order_id, person)
    found = await attempt(
        lambda redis: redis.eval(
            _LEAVE, 2, _key(order_id), _EVERYWHERE, f"{order_id}:", _member(person)
        )
    )
    return _people(order_id, found)


async def online(order_id: int) -> list[Person]:
    return _people(order_id, await attempt(lambda redis: redis.eval(_READ, 1, _key(order_id))))


async def everywhere() -> dict[int, list[Person]]:
    """Everyone in any conversation."""
    found = await attempt(lambda redis: redis.eval(_READ, 1, _EVERYWHERE))
    if found is None:
        return {order_id: list(people.values()) for order_id, people in _here.items() if people}
    there: defaultdict[int, dict[str, Person]] = defaultdict(dict)
    for entry in found:
        order_id, _, member = entry.decode().partition(":")
        person = _person(member)
        there[int(order_id)][person["who"]] = person
    return {order_id: list(people.values()) for order_id, people in there.items()}


async def refresh(there: Mapping[int, Collection[Person]]) -> dict[int, list[Person]]:
    """Report again who is in this process. Returns everyone in the same conversations."""
    _here.clear()
    for order_id, people in there.items():
        _here[order_id] = {person["who"]: person for person in people}
    everyone: dict[int, list[Person]] = {}
    places = iter(there.items())
    while some := list(islice(places, _AT_ONCE)):
        answers = await attempt(partial(_touch_all, some))
        answers = answers or [None] * len(some)
        for (order_id, _), found in zip(some, answers, strict=True):
            everyone[order_id] = _people(order_id, found)
    return everyone


async def _touch_all(places: Iterable[tuple[int, Collection[Person]]], redis: Redis) -> Any:
    async with redis.pipeline(transaction=False) as pipeline:
        for order_id, people in places:
            _touch(pipeline, order_id, people)
        return await pipeline.execute()


def _touch(redis: Any, order_id: int, people: Collection[Person]) -> Any:
    members = [_member(person) for person in people]
    return redis.eval(_TOUCH, 2, _key(order_id), _EVERYWHERE, LASTS, f"{order_id}:", *members)


def _people(order_id: int, found: list[bytes] | None) -> list[Person]:
    """Those found in Redis and those in this process; each person once."""
    people = [_person(member.decode()) for member in found or []]
    people += _here[order_id].values() if order_id in _here else []
    return list({person["who"]: person for person in people}.values())


def _forget(order_id: int, person: Person) -> None:
    people = _here.get(order_id, {})
    people.pop(person["who"], None)
    if not people:
        _here.pop(order_id, None)


def _key(order_id: int) -> str:
    return f"{_EVERYWHERE}:{order_id}"


def _member(person: Person) -> str:
    """Includes the process: two may hold sockets of one person, and one of them may end."""
    return f"{_PROCESS}:{json.dumps(person, sort_keys=True)}"


def _person(member: str) -> Person:
    return json.loads(member.partition(":")[2])
