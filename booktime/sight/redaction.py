"""Takes out of a text what must not get into a log: addresses, tokens, links that open something.

By shape, since texts come from libraries too: an exception of the mail server names whom it
refused. What has no shape (a name, a street) is not logged in the first place: log_lines.py lets
known fields out, and no others. Errors of the database repeat values of any shape: only their first
words are logged, with the names of tables and constraints.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any

from django.db import Error as DatabaseError

EMAIL, SECRET, QUERY = "[address]", "[secret]", "[query]"

# What PostgreSQL adds to an error's first words repeats rows and queries, over several lines. It
# goes to the end, but for errors that came of it: where a value ends, only PostgreSQL knows.
_ADDED = re.compile(
    r"""(?<![A-Z])(DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LINE\ \d+):\ .*?(?=\Z|
    \n\n(?:The\ above\ exception\ was|During\ handling\ of\ the\ above)\ )""",
    re.DOTALL | re.VERBOSE,
)
_RULES = [
    (_ADDED, rf"\1: {SECRET}"),
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
    # Up to its closing quote, or the end of a text that was cut; without quotes it is one word.
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
            r"""(?<![^\s<>"'(),:;=@/?&\[\]{}\\])[^\s<>"'(),:;=@/?&\[\]{}\\]+(?:@|%40)
            [^\s<>"'(),:;=@/?&\[\]{}\\.]+(?:\.[^\s<>"'(),:;=@/?&\[\]{}\\.]+)+""",
            re.VERBOSE,
        ),
        EMAIL,
    ),
    # What Django signs: the value, when, and the signature.
    (re.compile(r"(?<![\w.-])[\w.-]+:[A-Za-z0-9]{5,8}:[\w-]{20,}"), SECRET),
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
# Undefined tables and columns: what is quoted there stands in a query of ours.
_OF_QUERIES = {"42P01", "42703"}


def message_of(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return message(record.msg, record.args, logger=record.name, error=error)


def message(text: Any, args: Any, *, logger: str, error: BaseException | None = None) -> str:
    """As logging puts it together, but for errors among its parts."""
    if isinstance(args, tuple):
        args = tuple(words_of(each) if isinstance(each, BaseException) else each for each in args)
    text = _without_values(str(text) % args if args else str(text), error)
    return redacted(_PATH.sub(".", text) if logger.startswith("django.") else text)


def traceback_of(error: BaseException, *, most: int) -> str:
    """Of an error that was raised within another the end says more than the beginning."""
    return said_of(error, "".join(traceback.format_exception(error)).rstrip("\n"), most=most)


def said_of(error: BaseException | None, text: str, *, most: int) -> str:
    return redacted(_without_values(text, error)[-most:])


def words_of(error: BaseException) -> str:
    """What it says; of a database's error only what repeats no values."""
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
    """The text of this error, in which it and those it came of stand as they are, or printed."""
    for each in _chain(error):
        if _is_databases(each) and (whole := str(each)):
            words = words_of(each)
            text = text.replace(repr(whole), repr(words)).replace(whole, words)
    return _ADDED.sub(rf"\1: {SECRET}", text)


def _is_databases(error: BaseException) -> bool:
    """Ours to call, or the driver's own beneath it."""
    return isinstance(error, DatabaseError) or hasattr(error, "diag")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _primary(diag: Any) -> str:
    """Up to the first thing quoted that is no name of ours: what is quoted may hold quotes."""
    text: str = diag.message_primary
    names = {diag.table_name, diag.column_name, diag.constraint_name, diag.datatype_name}
    for quoted in re.finditer('"([^"]*)"', text):
        if quoted[1] not in names and diag.sqlstate not in _OF_QUERIES:
            return text[: quoted.start()] + SECRET
    return text
