"""Takes out of a text what must not get into a log: addresses, tokens, links that open something.

By shape, since texts come from libraries too: an exception of the mail server names whom it
refused, one of the database the row. What has no shape (a name, a street) is not logged in the
first place: booktime/logs.py lets known fields out, and no others.
"""

import logging
import re

EMAIL, SECRET, QUERY = "[address]", "[secret]", "[query]"

_RULES = [
    # PostgreSQL repeats the row, or the values of a key: over several lines, if they have several.
    (re.compile(r"DETAIL: .*?(?:\)\.|already exists\.|$(?!\n))", re.DOTALL), f"DETAIL: {SECRET}"),
    # Headers, as they are written, and as they stand in a list or dict that was printed.
    (
        re.compile(
            r"""(?ix) \b(authorization|proxy-authorization|(?:set-)?cookie|x-csrftoken)
            ([\"']?\s*[:=,]\s*b?) ([\"'][^\"'\n]*[\"']|[^\r\n\"']+)"""
        ),
        rf"\1\2{SECRET}",
    ),
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {SECRET}"),
    # The login within an address of a service.
    (re.compile(r"(://)[^\s/@\"']*@"), rf"\1{SECRET}@"),
    # From the question mark to the end of the address.
    (re.compile(r"""(?<=[\w/])\?[^\s"'<>]*=[^\s"'<>]*"""), f"?{QUERY}"),
    (
        re.compile(
            r"(?i)\b(password\d?|passwd|secret|ticket|token|key|code|csrfmiddlewaretoken)"
            r"(=|[\"']\s*:\s*[\"'])[^\s\"'&,;)]+"
        ),
        rf"\1\2{SECRET}",
    ),
    (
        re.compile(
            r"""[^\s<>"'(),:;=@/?&\[\]{}\\]+(?:@|%40)
            [^\s<>"'(),:;=@/?&\[\]{}\\.]+(?:\.[^\s<>"'(),:;=@/?&\[\]{}\\.]+)+""",
            re.VERBOSE,
        ),
        EMAIL,
    ),
    # What Django signs: the value, when, and the signature.
    (re.compile(r"[\w.-]+:[A-Za-z0-9]{5,8}:[\w-]{20,}"), SECRET),
    # Sessions, tokens, tickets, links of mails: long, and letters and figures mixed. But not a name
    # in the source, whose words and numbers an underscore holds apart.
    (
        re.compile(
            r"""(?x) (?<![\w-]) (?!(?:\d+|[a-z]+)(?:_+(?:\d+|[a-z]+))+(?![\w-]))
            (?=[A-Za-z_-]*\d) (?=[\d_-]*[A-Za-z]) [\w-]{24,} (?![\w-])"""
        ),
        SECRET,
    ),
]
# Django ends what it says of a request with its path: the route stands beside it.
_PATH = re.compile(r": /\S*$")


def message_of(record: logging.LogRecord) -> str:
    return redacted_message(record.getMessage(), record.name)


def redacted_message(text: str, logger: str) -> str:
    return redacted(_PATH.sub(".", text) if logger.startswith("django.") else text)


def redacted(text: str) -> str:
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
