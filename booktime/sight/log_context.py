"""The context of each log line: facts about the request, socket or task that writes it.

They are noted once, in whichever thread or task they become known, and added to every line from
then on. Only our own keys, codes and names: no paths, no addresses, nothing that somebody typed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context, ContextVar, Token, copy_context
from typing import Any

# One object shared by all tasks and threads of the same exchange: each has a copy of the context,
# so that a new value set by one would not be seen by the others.
_facts: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


@contextmanager
def about(**facts: Any) -> Iterator[dict[str, Any]]:
    token = begin(**facts)
    try:
        yield known()
    finally:
        end(token)


def begin(**facts: Any) -> Token[dict[str, Any] | None]:
    """Like `about`, if beginning and end are in different places."""
    return _facts.set({**known(), **facts})


def end(token: Token[dict[str, Any] | None]) -> None:
    _facts.reset(token)


def note(**facts: Any) -> None:
    """Add facts to the current context; does nothing if there is none."""
    noted = _facts.get()
    if noted is not None:
        noted.update(facts)


def known() -> dict[str, Any]:
    noted: Mapping[str, Any] | None = _facts.get()
    return {} if noted is None else noted  # type: ignore[return-value]


def of_nobody() -> Context:
    """An empty context for a task that outlives the request or socket that started it."""
    context = copy_context()
    context.run(_facts.set, None)
    return context
