"""Answers a view that could not get a row in time: in words, and to be tried again."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response

from booktime.sight.outages import is_away, is_busy
from main.api.views import RETRY_AFTER, busy


class BusyMiddleware:
    """REST framework passes on what it does not know, so this answers for the API too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A view that shows its form again says 503 by itself."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers.setdefault("Retry-After", str(RETRY_AFTER))
            self._log(request, response, level="warning")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_busy(error):
            return None
        response = busy(request)
        add_never_cache_headers(response)
        # The transaction was rolled back, and the customer was told. A deadlock is our fault.
        self._log(request, response, level="warning" if is_away(error) else "error", error=error)
        return response

    def _log(
        self,
        request: HttpRequest,
        response: HttpResponse,
        *,
        level: str,
        error: Exception | None = None,
    ) -> None:
        """Once; Django would log each as an error."""
        log_response(
            "Busy: %s",
            request.path,
            response=response,
            request=request,
            level=level,
            exception=error,
        )
