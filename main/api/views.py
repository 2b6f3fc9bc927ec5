"""What every view of the API is like, its front door, and the answer where there is none."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main.api.errors import problem_page


class NeverCached(APIView):
    """Answers are for whoever asked, now."""

    def finalize_response(self, request: Request, response, *args, **kwargs) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(response)
        return response


def api_root(request: HttpRequest) -> HttpResponse:
    return redirect("api_docs")


@never_cache
def nothing_here(request: HttpRequest) -> HttpResponse:
    """An answer for programs. No redirect to the address with a slash: it would lose the body."""
    detail = "There is nothing at this address."
    if _is_an_address(f"{request.path_info}/"):
        detail = f"Addresses here end with a slash: {request.path_info}/"
    return problem_page(status=HTTPStatus.NOT_FOUND, detail=detail)


nothing_here.csrf_exempt = True  # type: ignore[attr-defined] - there is nothing to protect


def _is_an_address(path: str) -> bool:
    try:
        return resolve(path).func is not nothing_here
    except Http404:
        return False
