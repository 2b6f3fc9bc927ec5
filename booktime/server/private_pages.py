"""What a signed-in person was shown stays out of every cache, the browser's own too.

Otherwise the Back button shows it to whoever uses the computer next, after they have signed out.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from booktime.sight.log_context_middleware import known_user_id

View = Callable[[HttpRequest], HttpResponse]


class PrivatePageMiddleware:
    """Concerns answers that asked who the user is, unless their view says how they are cached."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if known_user_id(request) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
