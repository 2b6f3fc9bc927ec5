"""The description of the API (OpenAPI 3.1), and the page to read and try it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView

from main.api.throttles import DescriptionThrottle, UserThrottle
from main.api.views import NeverCached, page_to_read


class SchemaView(NeverCached, SpectacularAPIView):
    """As JSON or YAML, as the client accepts."""

    throttle_classes = [DescriptionThrottle, UserThrottle]


@page_to_read
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
