"""Who may read customer service's stream: asked when it opens, and again while it runs."""

from http import HTTPStatus

from booktime.sight.asgi_types import Scope
from main.access import has_proved, may
from main.models.staff_roles import Right
from main.sockets.admission import Credential, asker_of, session_key_of

Refusal = tuple[HTTPStatus, str]
# Sec-Fetch-Site from our own pages, from the address bar, and from clients that are no browsers.
_OURS = {"same-origin", "none", ""}


def refusal_by_headers(scope: Scope) -> Refusal | None:
    """An EventSource on another site would carry the cookie of whoever visits that site."""
    if scope["method"] != "GET":
        return HTTPStatus.METHOD_NOT_ALLOWED, "This stream is read-only."
    if header(scope, b"sec-fetch-site") not in _OURS:
        return HTTPStatus.FORBIDDEN, "This stream is for the shop’s own pages."
    return None


def look_at(scope: Scope) -> tuple[int | None, Refusal | None]:
    """The user's key, and why they may not read; None if they may. Queries the database."""
    asker = asker_of(Credential(session_key=session_key_of(scope)))
    if not asker.user.is_authenticated:
        return None, (HTTPStatus.UNAUTHORIZED, "Sign in first.")
    if not may(asker.user, Right.ANSWER_CUSTOMERS):
        return asker.user.pk, (HTTPStatus.FORBIDDEN, "Only customer service may read this.")
    if not has_proved(asker):
        return asker.user.pk, (HTTPStatus.FORBIDDEN, "Sign in again, with your second factor.")
    return asker.user.pk, None


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), "")
