"""The ASGI application, for Daphne or any other server."""

import os
import sys

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booktime.settings")
try:
    django.setup(set_prefix=False)
except ImproperlyConfigured as error:
    # A wrong setting is the operator's to mend: one line, not a traceback.
    sys.exit(f"booktime: {error}")

from booktime import one_process
from booktime.drain import Drain
from booktime.handler import LeasingHandler
from booktime.static_files import StaticFiles
from main.routing import NOTIFY_PATH, notify, websocket_urlpatterns
from main.sockets.origins import OwnOriginsOnly

one_process.hold()


async def lifespan(scope, receive, send):
    """Nothing to start or stop: servers that ask (uvicorn) are told so, Daphne does not ask."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


drain = Drain()
pages = drain.requests(StaticFiles(LeasingHandler()))
stream = drain.streams(notify)


async def http(scope, receive, send):
    """The stream is answered above Django, where it would hold a thread for as long as it lasts."""
    await (stream if scope["path"] == NOTIFY_PATH else pages)(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": drain.sockets(OwnOriginsOnly(URLRouter(websocket_urlpatterns))),
        "lifespan": lifespan,
    }
)
