"""Whether the shop has what it needs: the database, its schema, Redis, and free threads.

A check that hangs counts as no. Each runs in a thread of its own, because nothing else ends a wait
for a network that swallows everything. Requests that arrive meanwhile share its answer.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis
from redis.exceptions import RedisError

from booktime.sight import thread_queue

logger = logging.getLogger(__name__)

LIMIT = 1.5  # seconds per check
_lock = threading.Lock()
_looking: dict[str, Future[dict[str, bool]]] = {}


def look() -> dict[str, bool | None]:
    """Whether each is there, by name; None if this shop does without it.

    `threads`: whether requests get one. This check has its own (booktime/asgi.py).
    """
    # Both at once. SQLite is a file: it does not hang, and in tests it may belong to this thread.
    redis = _begin("redis", _look_at_redis) if settings.REDIS_URL else None
    is_file = connection.vendor == "sqlite"
    database = None if is_file else _begin("database", _look_at_database)
    found = _look_at_database() if database is None else _answer(database, _NO_DATABASE)
    redis_answers = _answer(redis, {"redis": False})["redis"] if redis else None
    return {**found, "redis": redis_answers, "threads": thread_queue.is_moving()}


_NO_DATABASE = {"database": False, "migrations": False}


def _look_at_database() -> dict[str, bool]:
    try:
        # On its own, so that the answer says which of the two is wrong.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return _NO_DATABASE
    try:
        pending = _known_migrations() - _applied_migrations()
    except DatabaseError:
        return {"database": True, "migrations": False}  # there is no table of migrations
    if pending:
        logger.warning("Migrations are pending: %s", ", ".join(map(".".join, sorted(pending))))
    return {"database": True, "migrations": not pending}


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """This release's migrations: they do not change while it runs."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _applied_migrations() -> set[tuple[str, str]]:
    """Without asking first whether the table exists, which costs more than the query itself."""
    return set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))


def _look_at_redis() -> dict[str, bool]:
    limits = {"socket_connect_timeout": 1, "socket_timeout": 1}
    try:
        with Redis.from_url(settings.REDIS_URL, **limits) as redis:
            # One that is full, or another's copy, answers a ping but takes nothing.
            return {"redis": bool(redis.set("booktime:ready", 1, ex=60))}
    except RedisError as error:
        logger.warning("Redis is away, or takes nothing: %s", error)
        return {"redis": False}


def _begin(name: str, work: Callable[[], dict[str, bool]]) -> Future[dict[str, bool]]:
    with _lock:
        if name not in _looking:
            _looking[name] = Future()
            arguments = (name, work, _looking[name])
            threading.Thread(target=_look, args=arguments, name=f"look-{name}", daemon=True).start()
        return _looking[name]


def _look(name: str, work: Callable[[], dict[str, bool]], answer: Future[dict[str, bool]]) -> None:
    try:
        found = work()
    except Exception:
        logger.exception("The check of the %s failed", name)
        found = {}
    with _lock:
        del _looking[name]
    answer.set_result(found)
    connection.close()


def _answer(looking: Future[dict[str, bool]], no: dict[str, bool]) -> dict[str, bool]:
    try:
        return {**no, **looking.result(LIMIT)}
    except TookTooLong:
        return no
