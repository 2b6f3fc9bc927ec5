"""The doors that stay open: the conversation's socket, and customer service's stream."""

import asyncio

from channels.consumer import AsyncConsumer

from booktime.sight.close_codes import RESTARTING
from main.sockets.admission import session_key_of
from main.sockets.conversation import ConversationSocket
from main.sockets.customer_service_stream import CustomerServiceStream


class ChatConsumer(AsyncConsumer):
    """A participant's socket in a conversation; main.sockets.conversation answers its frames.

    It has no channel of its own: all sockets of a process share one (main.sockets.subscriptions).
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
    """Customer service's list as Server-Sent Events (main.sockets.customer_service_stream).

    It has no channel of its own either: see main.sockets.customer_service_hub.
    """

    async def __call__(self, scope, receive, send) -> None:
        stream = asyncio.create_task(CustomerServiceStream(scope=scope, send=send).run())
        try:
            # When the stream ends by itself, the server answers with this event.
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            stream.cancel()
            await asyncio.wait([stream])
