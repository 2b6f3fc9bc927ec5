"""The addresses served by consumers: sockets, and customer service's stream."""

from typing import Any, cast

from django.urls import path, re_path

from booktime.sight import log_context
from booktime.sight.asgi_types import Receive, Scope, Send
from main.consumers import ChatConsumer, ChatNotifyConsumer
from main.sockets.addresses import CHAT_ROUTE
from main.sockets.origins import OwnOriginsOnly

HIGHEST = 2**63 - 1  # the highest possible key of an order; anything larger is made up
_chat = OwnOriginsOnly(ChatConsumer.as_asgi())
notify = ChatNotifyConsumer.as_asgi()


async def chat(scope: Scope, receive: Receive, send: Send) -> None:
    """Every log line about this socket names the order, even if it is not let in."""
    order_id = scope["url_route"]["kwargs"]["order_id"]
    if order_id <= HIGHEST:
        log_context.note(order_id=order_id)
    await _chat(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """No such socket: answers with a clear 403, where the router alone would fail with a 500."""
    await send({"type": "websocket.close"})


# Channels uses Django's routes, which lead to ASGI applications here.
websocket_urlpatterns = [
    path(CHAT_ROUTE, cast("Any", chat)),
    re_path("", cast("Any", refuse)),
]
