"""The channel layer for the sockets of a process: one channel for all of them.

A channel for each socket would cost two tasks and a queue each. Here a conversation is joined once
for everyone in it, and each nudge names its conversation.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from channels.layers import get_channel_layer

from booktime.sight import outages
from booktime.sight.log_context import of_nobody

logger = logging.getLogger(__name__)

REJOIN = 30  # seconds: groups expire, and a restarted Redis has forgotten them
_LIMIT = 2
_LOCKS = 64


class Subscriptions:
    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        self._hear = hear
        self._layer = get_channel_layer()
        self._channel: str = ""
        self._groups: Counter[str] = Counter()
        # Joining and leaving a group take turns, so that the last request wins.
        self._locks = [asyncio.Lock() for _ in range(_LOCKS)]
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listening: asyncio.Task[None] | None = None

    @property
    def times_back(self) -> int:
        """Grows each time the channel layer has lost everything."""
        return getattr(self._layer, "times_back", 0)

    @property
    def is_live(self) -> bool:
        """Whether the channel layer works; one that cannot tell (in memory) always does."""
        return getattr(self._layer, "is_live", True)

    async def join(self, group: str) -> None:
        self._groups[group] += 1
        if self._groups[group] == 1:
            await self._settle(group)

    async def leave(self, group: str) -> None:
        self._groups[group] -= 1
        if self._groups[group] <= 0:
            del self._groups[group]
            await self._settle(group)

    async def join_again(self) -> bool:
        """Whether it worked for all groups."""
        for group in list(self._groups):
            if not await self._settle(group):
                return False
            # There may be a thousand: spread them.
            await asyncio.sleep(random.uniform(0, 0.002))  # noqa: S311
        return True

    def say(self, group: str, message: dict[str, Any]) -> None:
        """Tell all processes, this one included; not awaited, and dropped if it cannot be sent."""
        self.start(self._try(self._layer.group_send(group, message)))

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it in the background; the loop itself keeps only a weak reference to a task."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _settle(self, group: str) -> bool:
        async with self._locks[hash(group) % _LOCKS]:
            await self._listen()
            is_wanted = group in self._groups
            change = self._layer.group_add if is_wanted else self._layer.group_discard
            return await self._try(change(group, self._channel))

    async def _try(self, work: Awaitable[None]) -> bool:
        try:
            async with asyncio.timeout(_LIMIT):
                await work
        except Exception as error:
            # Heartbeats make up for what was lost; the layer itself reports that Redis is away.
            if not outages.is_away(error):
                logger.exception("The channel layer failed")
            return False
        return True

    async def _listen(self) -> None:
        if not self._channel:
            # Two tasks may request a name at once: the later name stays.
            self._channel = await self._layer.new_channel()
        if self._listening is None or self._listening.done():
            listening = self._receive(self._channel)
            self._listening = asyncio.create_task(listening, context=of_nobody())

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                message = await self._layer.receive(channel)
            except Exception as error:
                outages.log(logger, "The channel layer does not listen", error)
                await asyncio.sleep(random.uniform(0.2, 1))  # noqa: S311
                continue
            try:
                self._hear(message)
            except Exception:
                # Without the rest of it, which may contain people's names.
                logger.exception("A nudge was not understood: %s", message.get("type"))
