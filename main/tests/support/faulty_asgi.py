"""The shop with a faulty channel layer, and acknowledgements that come late.

So late that a server that is killed leaves messages behind that are stored, and that their
senders know nothing about.
"""

import asyncio
import os

from django.conf import settings

ACKS_LATE = float(os.environ.get("ACKS_LATE", "0.5"))  # seconds
if settings.REDIS_URL:
    settings.CHANNEL_LAYERS["default"]["BACKEND"] = "main.tests.support.faulty_layer.FaultyLayer"

from booktime.asgi import application as shop  # noqa: E402 - settings first

_late: set[asyncio.Task] = set()


async def application(scope, receive, send):
    async def send_late(message):
        if '"type":"ack"' not in message.get("text", "").replace(" ", "")[:20]:
            await send(message)
            return
        task = asyncio.create_task(_after(ACKS_LATE, send, message))
        _late.add(task)
        task.add_done_callback(_late.discard)

    await shop(scope, receive, send_late if scope["type"] == "websocket" else send)


async def _after(seconds, send, message):
    await asyncio.sleep(seconds)
    await send(message)
