"""The simplest possible chat: websockets and Redis Pub/Sub; nothing stored, nothing checked.

    python bench/bare_chat.py PORT REDIS_URL

It speaks enough of the conversation's protocol for the same client. One process, one subscription.
"""

import asyncio
import json
import sys
from collections import defaultdict
from itertools import count

from redis.asyncio import Redis
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

rooms = defaultdict(set)
numbers = count(1)


async def talk(socket, redis) -> None:
    room = rooms[socket.request.path]
    room.add(socket)
    try:
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "hello":
                await socket.send('{"type":"welcome","head":0,"heartbeat":10}')
            elif frame["type"] == "send":
                seq = next(numbers)
                item = {"seq": seq, "cid": frame["cid"], "text": frame["text"]}
                message = {"type": "messages", "items": [item], "more": False}
                await redis.publish(f"room:{socket.request.path}", json.dumps(message))
                await socket.send(json.dumps({"type": "ack", "cid": frame["cid"], "seq": seq}))
    except ConnectionClosed:
        pass
    finally:
        room.discard(socket)


async def forward(redis) -> None:
    async with redis.pubsub() as subscription:
        await subscription.psubscribe("room:*")
        async for message in subscription.listen():
            if message["type"] == "pmessage":
                text = message["data"].decode()
                for socket in list(rooms[message["channel"].decode().partition(":")[2]]):
                    await socket.send(text)


async def main() -> None:
    redis = Redis.from_url(sys.argv[2])
    listening = asyncio.create_task(forward(redis))
    async with serve(
        lambda socket: talk(socket, redis), "127.0.0.1", int(sys.argv[1]), compression=None
    ):
        await listening


if __name__ == "__main__":
    asyncio.run(main())
