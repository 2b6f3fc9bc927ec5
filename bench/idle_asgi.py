"""A socket that does nothing: what one costs the server itself, for bench/chat_sockets.py."""


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
