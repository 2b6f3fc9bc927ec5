"""Sends nudges over the channel layer: from any thread, and never waiting.

A nudge that cannot be sent is logged and dropped: heartbeats make up for it.
"""

import asyncio
import logging
from typing import Any

from asgiref.sync import SyncToAsync, async_to_sync
from channels.layers import get_channel_layer

from booktime.sight import outages

logger = logging.getLogger(__name__)
_LIMIT = 2  # seconds
_under_way: set[asyncio.Task[None]] = set()


def publish(group: str, message: dict[str, Any]) -> None:
    """Send to the group: on the server's event loop if there is one, else here and now."""
    loop = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
    if loop is not None and loop.is_running():
        loop.call_soon_threadsafe(_start, group, message)
    else:
        async_to_sync(_send)(group, message)


def _start(group: str, message: dict[str, Any]) -> None:
    task = asyncio.get_running_loop().create_task(_send(group, message))
    # The loop itself keeps only a weak reference.
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _send(group: str, message: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(_LIMIT):
            await get_channel_layer().group_send(group, message)
    except Exception as error:
        # What the nudge was about is stored, and will be found.
        outages.log(logger, f"A nudge to {group} was not sent", error)
