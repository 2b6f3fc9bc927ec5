"""The ASGI application, for Daphne or any other server."""

import os
import sys

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booktime.settings")
try:
    django.setup(set_prefix=False)
except ImproperlyConfigured as error:
    # A wrong setting is for the operator to correct: one line, not a traceback.
    sys.exit(f"booktime: {error}")

from booktime.server import lock_waits, one_process
from booktime.server.drain import Drain
from booktime.server.handler import LeasingHandler
from booktime.server.headers import StandingHeaders
from booktime.server.static_files import StaticFiles
from booktime.sight import access_log, socket_log, start
from main.reports.waiting import WAITING
from main.routing import notify, websocket_urlpatterns
from main.sockets import frames
from main.sockets.addresses import CUSTOMER_SERVICE_STREAM

one_process.hold()
lock_waits.begin(threads=settings.ASGI_THREADS)
# The health check must answer even while all threads wait for a database that hangs.
HEALTH = f"/{settings.HEALTH_PATH}"
HEALTH_THREADS = 2


async def lifespan(scope, receive, send):
    """Nothing to start or stop: uvicorn asks and gets an answer; Daphne does not ask."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


drain = Drain()
handler = LeasingHandler()
pages = drain.requests(access_log.requests(StaticFiles(handler)))
health = drain.requests(
    access_log.requests(LeasingHandler(threads=HEALTH_THREADS), is_routine=True)
)
stream = drain.streams(access_log.streams(notify, route="desk_stream"))
sockets = drain.sockets(
    socket_log.sockets(URLRouter(websocket_urlpatterns)), goodbye=frames.goodbye
)
start.begin(counted=WAITING, threads=handler.threads)


async def http(scope, receive, send):
    """The stream is answered outside Django, where it would occupy a thread all the time."""
    path = scope["path"]
    await (
        stream if path == CUSTOMER_SERVICE_STREAM else health if path.startswith(HEALTH) else pages
    )(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": StandingHeaders(http),
        "websocket": sockets,
        "lifespan": lifespan,
    }
)
