"""The threads on which sockets and streams query the database: a few per process."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections

KEEP = 5  # seconds for which a connection is assumed to be healthy

_of_thread = threading.local()


async def run(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call it on one of the threads, with a healthy database connection.

    Channels itself has one thread for all consumers of a process: twenty calls of a tenth of a
    second took two seconds. With CHAT_THREADS at 0 the caller's thread is used, as tests in a
    transaction need it.
    """
    call = partial(function, *args, **kwargs)
    if not settings.CHAT_THREADS:
        return await sync_to_async(partial(_call, call), thread_sensitive=True)()
    threads = _threads(settings.CHAT_THREADS)
    call = partial(_call_on_kept, call)
    return await sync_to_async(call, thread_sensitive=False, executor=threads)()


def _call(function: Callable[[], Any]) -> Any:
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()


def _call_on_kept(function: Callable[[], Any]) -> Any:
    """A busy thread keeps its connection: a check by the pool costs as much as a query."""
    if time.monotonic() - getattr(_of_thread, "called_at", 0) > KEEP:
        close_old_connections()
    try:
        return function()
    finally:
        _of_thread.called_at = time.monotonic()
        if any(connection.errors_occurred for connection in connections.all(initialized_only=True)):
            close_old_connections()


@cache
def _threads(size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix="chat")
