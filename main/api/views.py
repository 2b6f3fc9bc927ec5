"""What all API views share, the API's front page, and the answer where there is no view."""

import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from booktime.sight import log_context
from booktime.sight.outages import is_busy
from main.api.errors import LengthRequired, problem_page

ADDRESSES = ("/api/", "/mobile-api/")
_READING = ("GET", "HEAD")
RETRY_AFTER = 5  # seconds


class NeverCached(APIView):
    """Answers are for this client, now, and must not be cached."""

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        # REST framework goes by the length: without one it takes the body for empty.
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            raise LengthRequired

    def perform_authentication(self, request: Request) -> None:
        """Count the request first: REST framework does not count those that it refuses."""
        try:
            super().perform_authentication(request)
        finally:
            super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Already counted."""

    def finalize_response(self, request: Request, response, *args, **kwargs) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(response)
        return response


def page_to_read(view: Callable[[HttpRequest], HttpResponse]):
    """For views outside REST framework: refuse other methods as it does, with a problem."""

    @csrf_exempt  # nothing is written
    @never_cache
    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponse:
        if request.method in _READING:
            return view(request)
        return problem_page(
            status=HTTPStatus.METHOD_NOT_ALLOWED,
            detail=f'Method "{request.method}" not allowed.',
            headers={"Allow": ", ".join(_READING)},
        )

    return reading


@page_to_read
def api_root(request: HttpRequest) -> HttpResponse:
    return redirect("api_docs")


@never_cache
def nothing_here(request: HttpRequest) -> HttpResponse:
    """404 for programs. No redirect to the address with a slash: it would lose the body."""
    detail = "There is nothing at this address."
    if _is_an_address(f"{request.path_info}/"):
        detail = f"Addresses here end with a slash: {request.path_info}/"
    return problem_page(status=HTTPStatus.NOT_FOUND, detail=detail)


# There is nothing to protect.
nothing_here.csrf_exempt = True  # type: ignore[attr-defined]


def fault_of_ours(request: HttpRequest) -> HttpResponse:
    """The site's 500: for programs in their format, for people as a page."""
    if is_busy(sys.exception()):  # raised by a middleware, such as that of sessions
        return busy(request)
    request_id = log_context.known().get("request_id", "")
    if not request.path_info.startswith(ADDRESSES):
        page = render_to_string("500.html", {"request_id": request_id})
        return HttpResponseServerError(page)
    detail = "Something went wrong on our side, and we have been notified. Try again later."
    return problem_page(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail=detail)


def busy(request: HttpRequest) -> HttpResponse:
    """503: somebody else held a row for too long. Nothing was changed."""
    headers = {"Retry-After": str(RETRY_AFTER)}
    if request.path_info.startswith(ADDRESSES):
        detail = "Too many want the same at this moment. Nothing was changed. Try again."
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return problem_page(status=status, detail=detail, headers=headers)
    page = render_to_string("503.html")
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def _is_an_address(path: str) -> bool:
    try:
        return resolve(path).func is not nothing_here
    except Http404:
        return False
