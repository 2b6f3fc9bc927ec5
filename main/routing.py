"""The addresses that consumers answer: sockets, and customer service's stream."""

from typing import Any

from django.urls import path, re_path

from main.consumers import ChatConsumer, ChatNotifyConsumer

NOTIFY_PATH = "/customer-service/notify/"
notify = ChatNotifyConsumer.as_asgi()


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """There is no such socket: a clear 403, where the router alone would fail with a 500."""
    await send({"type": "websocket.close"})


websocket_urlpatterns = [
    path("ws/customer-service/<int:order_id>/", ChatConsumer.as_asgi()),
    re_path("", refuse),
]
