"""The addresses that consumers answer: sockets, and customer service's stream."""

from typing import Any, cast

from django.urls import path, re_path

from booktime.sight import log_context
from booktime.sight.asgi_types import Receive, Scope, Send
from main.consumers import ChatConsumer, ChatNotifyConsumer
from main.sockets.addresses import CHAT_ROUTE
from main.sockets.origins import OwnOriginsOnly

HIGHEST = 2**63 - 1  # of the keys of orders; a larger one somebody made up
_chat = OwnOriginsOnly(ChatConsumer.as_asgi())
notify = ChatNotifyConsumer.as_asgi()


async def chat(scope: Scope, receive: Receive, send: Send) -> None:
    """Each line of the log about this socket names the order, also when it is not let in."""
    order_id = scope["url_route"]["kwargs"]["order_id"]
    if order_id <= HIGHEST:
        log_context.note(order_id=order_id)
    await _chat(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """There is no such socket: a clear 403, where the router alone would fail with a 500."""
    await send({"type": "websocket.close"})


# Channels' routes are Django's, and lead to ASGI applications.
websocket_urlpatterns = [
    path(CHAT_ROUTE, cast("Any", chat)),
    re_path("", cast("Any", refuse)),
]
