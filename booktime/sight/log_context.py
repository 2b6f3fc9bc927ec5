"""What the log says beside each line: facts about the request, socket or task that writes it.

They are noted once, in whichever thread or task they become known, and stand beside every line from
then on. Keys, codes and names of ours only: no path, no address, nothing that somebody typed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context, ContextVar, Token, copy_context
from typing import Any

# One object for all tasks and threads that work for the same exchange: each gets a copy of the
# context, and what one of them notes in it the others would not see.
_facts: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


@contextmanager
def about(**facts: Any) -> Iterator[dict[str, Any]]:
    token = begin(**facts)
    try:
        yield known()
    finally:
        end(token)


def begin(**facts: Any) -> Token[dict[str, Any] | None]:
    """Like `about`, where beginning and end are told apart from each other."""
    return _facts.set({**known(), **facts})


def end(token: Token[dict[str, Any] | None]) -> None:
    _facts.reset(token)


def note(**facts: Any) -> None:
    """Where nothing is going on that lines could be about, there is nothing to be noted."""
    noted = _facts.get()
    if noted is not None:
        noted.update(facts)


def known() -> dict[str, Any]:
    noted: Mapping[str, Any] | None = _facts.get()
    return {} if noted is None else noted  # type: ignore[return-value]


def of_nobody() -> Context:
    """A context for a task that outlives whoever starts it: its lines are about none of them."""
    context = copy_context()
    context.run(_facts.set, None)
    return context
