"""Checks that every job and mail that events name exists and takes those arguments.

Otherwise such a mistake would only show when the event first happens.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from main import events
from main.emails import MAILS
from main.queue import JOBS

# The functions that take a name, and which argument it is.
_NAME_IN = {"put_off": 0, "put_off_until": 1, "_mail": 0}


@register
def check_names_are_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Error(wrong, id="main.E002") for wrong in wrong_names(inspect.getsource(events))]


def wrong_names(source: str) -> Iterator[str]:
    """A sentence for each name in the source of events.py that is missing or does not fit."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            wrong = _wrong_in(call, call.func.id) if call.func.id in _NAME_IN else ""
            if wrong:
                yield f"events.py, line {call.lineno}: {wrong}"


def _wrong_in(call: ast.Call, putting: str) -> str:
    named = call.args[_NAME_IN[putting]]
    room = "main/emails" if putting == "_mail" else "main/jobs"
    known: dict[str, Callable[..., Any]] = (
        MAILS if putting == "_mail" else {name: job.task.func for name, job in JOBS.items()}
    )
    if not isinstance(named, ast.Constant):
        return "only a literal name can be checked."
    name = str(named.value)
    if name not in known:
        return f"there is no “{name}” in {room}."
    given = {keyword.arg: None for keyword in call.keywords if keyword.arg}
    signature = inspect.signature(known[name])
    try:
        # Arguments passed by ** cannot be seen here.
        (signature.bind if len(given) == len(call.keywords) else signature.bind_partial)(**given)
    except TypeError as error:
        return f"“{name}” in {room}: {error}."
    return ""
