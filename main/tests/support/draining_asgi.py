"""An application for a server that is told to stop: a slow answer, an endless stream, a socket.

LIMIT in the environment is how long that may take. With WITHOUT=drain nothing is drained, for the
negative control.
"""

import asyncio
import json
import os
import time
import urllib.parse

from booktime.server.drain import LIMIT, Drain
from booktime.sight.asgi_types import Application

LARGE = b"the whole of it " * 2**18  # 4 MiB: more than a socket takes at once


async def slow(scope, receive, send):
    """Answers after so many seconds as the query string says."""
    await asyncio.sleep(float(urllib.parse.unquote(scope["query_string"].decode()) or 0))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": LARGE})


async def deaf(scope, receive, send):
    """First nobody else gets a turn, as on a busy machine."""
    time.sleep(0.3)
    await slow(scope | {"query_string": b"0.3"}, receive, send)


async def stuck(scope, receive, send):
    """A thread waits, as one does for a database that hangs."""
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)


async def short(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def stream(scope, receive, send):
    """Says its last words when it hears that the client has left."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    await send({"type": "http.response.body", "body": b" and last", "more_body": True})


async def socket(scope, receive, send):
    """Takes what it hears, and says how much that was when it hears that the client has left."""
    await receive()
    await send({"type": "websocket.accept"})
    heard = 0
    while (message := await receive())["type"] != "websocket.disconnect":
        heard += 1
        if message["text"] == "be slow":
            await asyncio.sleep(0.5)
    words = f'{{"type": "heard", "count": {heard}, "code": {message["code"]}}}'
    await send({"type": "websocket.send", "text": words})


def _goodbye(after_ms: int) -> str:
    return json.dumps({"type": "goodbye", "code": 4012, "after_ms": after_ms})


def _draining() -> Application:
    drain = Drain(limit=float(os.environ.get("LIMIT", LIMIT)))
    http = {"/slow/": drain.requests(slow), "/stream/": drain.streams(stream)}
    http |= {f"/{each.__name__}/": drain.requests(each) for each in (deaf, short, stuck)}
    ws = drain.sockets(socket, goodbye=_goodbye)
    if os.environ.get("WITHOUT") == "drain":
        http, ws = {"/slow/": slow, "/stream/": stream}, socket

    async def application(scope, receive, send):
        answer = ws if scope["type"] == "websocket" else http[scope["path"]]
        await answer(scope, receive, send)

    return application


application = _draining()
