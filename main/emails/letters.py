"""How an e-mail is declared, rendered and sent. What each one says is in the files beside."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from main.queue.progress import first_task, once

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an event's templates need, who receives it, and who receives the answer.

    `language` is the recipient's, or else the shop's own. A `plain` letter has no HTML version.
    """

    to: str
    context: dict[str, Any]
    reply_to: str = ""
    language: str = ""
    plain: bool = False


Writing = Callable[..., Letter | None]
MAILS: dict[
    str, Writing
] = {}  # by event: the name of the function is that of the templates' folder


def mail(write: Writing) -> Writing:
    """Declare an e-mail. `write` takes ids or plain text; None: nothing to send."""
    MAILS[write.__name__] = write
    return write


def send(event: str, **ids: Any) -> None:
    """Send the e-mail about `event`, given ids rather than rows: it runs later, elsewhere.

    What the mail server has accepted is not sent again, whatever happens afterwards.
    """
    letter = MAILS[event](**ids)
    if letter:
        message = render(event, letter, language=letter.language or settings.LANGUAGE_CODE)
        message.extra_headers |= _message_id(event)
        with _connected(message):
            once(event, message.send)


def _message_id(event: str) -> dict[str, str]:
    """The same at each try: a server that took a mail, but could not say so, drops the second."""
    task, host = first_task(), urlsplit(settings.SITE_URL).hostname
    return {"Message-ID": f"<{event}.{task}@{host}>"} if task else {}


@contextmanager
def _connected(message: EmailMultiAlternatives) -> Iterator[None]:
    """A connection that ends after the mail was noted as sent: a goodbye can fail, too."""
    connection = message.connection = get_connection()
    try:
        connection.open()
        yield
    finally:
        try:
            connection.close()
        except Exception as error:
            logger.warning("The mail server did not say goodbye: %s", error)


def render(event: str, letter: Letter, *, language: str) -> EmailMultiAlternatives:
    """Render the event's templates (subject.txt, body.txt, body.html) in one language."""
    with translation.override(language):
        message = EmailMultiAlternatives(
            # One line, whatever a name contains: after a line break, headers could follow.
            subject=" ".join(_words(event, "subject.txt", letter).split()),
            body=_words(event, "body.txt", letter),
            to=[letter.to],
            reply_to=[letter.reply_to] if letter.reply_to else None,
        )
        if not letter.plain:
            message.attach_alternative(_words(event, "body.html", letter), "text/html")
    return message


def _words(event: str, part: str, letter: Letter) -> str:
    return render_to_string(f"emails/{event}/{part}", letter.context)
