"""The shop, which tells its log whatever it gets: paths, headers, tickets, and errors with them.

The log is written as outside development. RAW_LOG in the environment names a file for the same
texts as they were told, for the control: what is missed there was not told in the first place.
"""

import logging
import os
from smtplib import SMTPRecipientsRefused

from django.conf import settings

settings.LOGGING["formatters"]["line"]["as_json"] = True
settings.LOGGING["handlers"]["console"]["stream"] = "ext://sys.stdout"
settings.LOGGING["handlers"]["raw"] = {
    "class": "logging.FileHandler",
    "filename": os.environ["RAW_LOG"],
}
settings.LOGGING["root"]["handlers"].append("raw")

from booktime.asgi import application as shop  # noqa: E402 - settings first

logger = logging.getLogger(__name__)


async def application(scope, receive, send):
    async def receive_and_tell():
        message = await receive()
        if '"ticket"' in (message.get("text") or ""):
            logger.info("Heard %s", message["text"])
        return message

    if scope["type"] in ("http", "websocket"):
        query = scope["query_string"].decode()
        logger.info("Asked for %s?%s with %s", scope["path"], query, scope["headers"])
        if query:
            _fail(query)
    await shop(scope, receive_and_tell, send)


def _fail(address: str) -> None:
    try:
        raise SMTPRecipientsRefused({address.partition("=")[2]: (550, b"No such user")})
    except SMTPRecipientsRefused:
        logger.exception("A mail was refused")
