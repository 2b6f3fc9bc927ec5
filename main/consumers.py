"""The doors that stay open: a conversation's socket, and customer service's stream."""

import asyncio

from channels.consumer import AsyncConsumer

from main.sockets.admission import session_key_of
from main.sockets.conversation import ConversationSocket
from main.sockets.desk_stream import DeskStream
from main.sockets.socket import RESTARTING


class ChatConsumer(AsyncConsumer):
    """The socket of somebody in a conversation; what is said there is in main.sockets.conversation.

    It has no channel of its own: the sockets of a process share one ear (main.sockets.nudges).
    """

    async def __call__(self, scope, receive, send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        order_id, key = scope["url_route"]["kwargs"]["order_id"], session_key_of(scope)
        socket = ConversationSocket(order_id=order_id, session_key=key, send=send)
        is_restart = False
        try:
            socket.begin()
            while (event := await receive())["type"] == "websocket.receive":
                socket.take(event.get("text"))
            is_restart = event.get("code") == RESTARTING
        finally:
            await socket.end(is_restart=is_restart)


class ChatNotifyConsumer(AsyncConsumer):
    """Customer service's desk as Server-Sent Events; what it tells is in main.sockets.desk.

    It has no channel of its own either (main.sockets.desk_news).
    """

    async def __call__(self, scope, receive, send) -> None:
        stream = asyncio.create_task(DeskStream(scope=scope, send=send).run())
        try:
            # A stream that ends by itself is answered by the server: with this.
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            stream.cancel()
            await asyncio.wait([stream])
