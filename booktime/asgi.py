"""The ASGI application, for Daphne or any other server."""

import os
import sys

import django
from channels.routing import ProtocolTypeRouter
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booktime.settings")
try:
    django.setup(set_prefix=False)
except ImproperlyConfigured as error:
    # A wrong setting is the operator's to mend: one line, not a traceback.
    sys.exit(f"booktime: {error}")

from booktime.handler import LeasingHandler
from booktime.static_files import StaticFiles


async def lifespan(scope, receive, send):
    """Nothing to start or stop: servers that ask (uvicorn) are told so, Daphne does not ask."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def refuse_socket(scope, receive, send):
    """The site has no sockets: a clear 403, where the router alone would fail with a 500."""
    await send({"type": "websocket.close"})


application = ProtocolTypeRouter(
    {
        "http": StaticFiles(LeasingHandler()),
        "websocket": refuse_socket,
        "lifespan": lifespan,
    }
)
