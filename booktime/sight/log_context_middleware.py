"""The middleware that notes what only Django knows of a request: its route and user."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject, empty

from booktime.sight import log_context

View = Callable[[HttpRequest], HttpResponse]


class LogContextMiddleware:
    """The first of all, so that its facts are part of the others' log lines.

    The route is the name of the URL pattern or of its view, never the requested path.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if user_id := known_user_id(request):
            log_context.note(user_id=user_id)
        return response

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        if request.resolver_match:
            log_context.note(route=request.resolver_match.view_name)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Before the error is logged."""
        if user_id := known_user_id(request):
            log_context.note(user_id=user_id)


def known_user_id(request: HttpRequest) -> int | None:
    """Only if already loaded: a page that ignores the user must neither query it nor vary by it."""
    user = request.__dict__.get("user")
    is_unasked = isinstance(user, LazyObject) and user.__dict__.get("_wrapped", empty) is empty
    return None if user is None or is_unasked else user.pk
