"""The channel layer as bad as it may be: nudges are lost, doubled, and come late, past others."""

import asyncio
import os
import random

from booktime.backends.channel_layer import ForgivingRedisLayer

DROP = float(os.environ.get("LAYER_DROP", "0.3"))
DOUBLE = float(os.environ.get("LAYER_DOUBLE", "0.3"))
LATE = float(os.environ.get("LAYER_LATE", "0.3"))
LATEST = 1.0  # seconds


class FaultyLayer(ForgivingRedisLayer):
    async def group_send(self, group, message):
        if random.random() < DROP:
            return
        # As if the network had sent it twice: whoever nudges waits for neither.
        later = [_delay() for _ in range(2 if random.random() < DOUBLE else 1)]
        await asyncio.gather(*[self._send(group, message, delay) for delay in later])

    async def _send(self, group, message, delay):
        await asyncio.sleep(delay)
        await super().group_send(group, message)


def _delay() -> float:
    return random.uniform(0, LATEST) if random.random() < LATE else 0
