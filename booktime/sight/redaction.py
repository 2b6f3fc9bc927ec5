"""Removes what must not be logged from texts: addresses, tokens, links that open something.

It works by pattern, since texts come from libraries, too: a mail server's exception names the
address that it refused. Data without a pattern (a name, a street) is not logged in the first place:
log_lines.py only lets known fields out. Database errors repeat arbitrary values: only their first
words are logged, with the names of tables and constraints.

No pattern looks at the same text again and again: a stranger may fill the text, and the time must
grow with its length only.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any

from django.db import Error as DatabaseError

EMAIL, SECRET, QUERY = "[address]", "[secret]", "[query]"

# What PostgreSQL adds to an error's first words repeats rows and queries, over several lines. It is
# removed up to the end or the next error of the chain: only PostgreSQL knows where a value ends.
_ADDED = re.compile(
    r"""(?<![A-Z])(DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LINE\ \d+):\ .*?(?=\Z|
    \n\n(?:The\ above\ exception\ was|During\ handling\ of\ the\ above)\ )""",
    re.DOTALL | re.VERBOSE,
)
_RULES = [
    (_ADDED, rf"\1: {SECRET}"),
    # Headers, as written, and as in a printed list or dict.
    (
        re.compile(
            r"""(?ix) \b(authorization|proxy-authorization|(?:set-)?cookie|x-csrftoken)
            ([\"']?\s*[:=,]\s*b?) ([\"'][^\"'\n]*[\"']|[^\r\n\"']+)"""
        ),
        rf"\1\2{SECRET}",
    ),
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {SECRET}"),
    # The login in a service's URL.
    (re.compile(r"(://)[^\s/@\"']*@"), rf"\1{SECRET}@"),
    # A URL's query string.
    (re.compile(r"""(?<=[\w/])\?[^\s"'<>=?]*=[^\s"'<>]*"""), f"?{QUERY}"),
    # Up to the closing quote, or the end of a text that was cut off; without quotes, one word.
    (
        re.compile(
            r"""(?isx) \b((?:old|new_?)?password\d?|passwd|secret|ticket|token|key|code
            |csrfmiddlewaretoken) (["']\s*:\s*\[?b?|=b?) (?:(["'])(?:\\.|(?!\3)[^\\])*(\3|\Z)
            |(?<==)[^\s"'&,;)]+)"""
        ),
        rf"\1\2\3{SECRET}\4",
    ),
    (
        re.compile(
            r"""(?<![^\s<>"'(),:;=@/?&\[\]{}\\])(?:(?!%40)[^\s<>"'(),:;=@/?&\[\]{}\\])++(?:@|%40)
            [^\s<>"'(),:;=@/?&\[\]{}\\.]+(?:\.[^\s<>"'(),:;=@/?&\[\]{}\\.]+)+""",
            re.VERBOSE,
        ),
        EMAIL,
    ),
    # Values signed by Django: value, time and signature.
    (re.compile(r"(?<![\w.-])[\w.-]+:[A-Za-z0-9]{5,8}:[\w-]{20,}"), SECRET),
    # Sessions, tokens, tickets, links in mails: long, with letters and digits mixed. Not names in
    # the source, which have underscores between words and numbers; nor "id=" with a UUID: a task's
    # key, which opens nothing.
    (
        re.compile(
            r"""(?x) (?<![\w-]) (?!(?:\d+|[a-z]+)(?:_+(?:\d+|[a-z]+))+(?![\w-]))
            (?!(?<=\bid=)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-]))
            (?=[A-Za-z_-]*\d) (?=[\d_-]*[A-Za-z]) [\w-]{24,} (?![\w-])"""
        ),
        SECRET,
    ),
]
# Django ends messages about a request with its path; the log line has the route instead.
_PATH = re.compile(r": /\S*$")
# Undefined tables and columns: what these errors quote comes from our own queries.
_OF_QUERIES = {"42P01", "42703"}


def message_of(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return message(record.msg, record.args, logger=record.name, error=error)


def message(text: Any, args: Any, *, logger: str, error: BaseException | None = None) -> str:
    """The message as logging formats it, with errors among its arguments redacted."""
    if isinstance(args, tuple):
        args = tuple(words_of(each) if isinstance(each, BaseException) else each for each in args)
    text = _without_values(str(text) % args if args else str(text), error)
    return redacted(_PATH.sub(".", text) if logger.startswith("django.") else text)


def traceback_of(error: BaseException, *, most: int) -> str:
    """The last `most` characters: in a chain of errors, the end says more than the beginning."""
    return said_of(error, "".join(traceback.format_exception(error)).rstrip("\n"), most=most)


def said_of(error: BaseException | None, text: str, *, most: int) -> str:
    return redacted(_without_values(text, error)[-most:])


def words_of(error: BaseException) -> str:
    """The error's text; for a database error, only the part without values."""
    server = error.__cause__ if isinstance(error, DatabaseError) else error
    diag = getattr(server, "diag", None)
    if diag is not None and diag.message_primary:
        return _primary(diag)
    text = str(error).split("\n")[0] if _is_databases(error) else str(error)
    return text or type(error).__name__


def redacted(text: str) -> str:
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def _without_values(text: str, error: BaseException | None) -> str:
    """The text without the values in this error and its causes, whether as str or repr."""
    for each in _chain(error):
        if _is_databases(each) and (whole := str(each)):
            words = words_of(each)
            text = text.replace(repr(whole), repr(words)).replace(whole, words)
    return _ADDED.sub(rf"\1: {SECRET}", text)


def _is_databases(error: BaseException) -> bool:
    """Whether it is Django's database error, or the driver's own below it."""
    return isinstance(error, DatabaseError) or hasattr(error, "diag")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _primary(diag: Any) -> str:
    """The text up to the first quoted value that is not one of our names; it may contain quotes."""
    text: str = diag.message_primary
    names = {diag.table_name, diag.column_name, diag.constraint_name, diag.datatype_name}
    for quoted in re.finditer('"([^"]*)"', text):
        if quoted[1] not in names and diag.sqlstate not in _OF_QUERIES:
            return text[: quoted.start()] + SECRET
    return text
