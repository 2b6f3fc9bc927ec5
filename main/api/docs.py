"""The description of the API (OpenAPI 3.1), and the page to read and try it on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

from main.api.views import NeverCached


class SchemaView(NeverCached, SpectacularAPIView):
    """As JSON or as YAML, whichever is accepted."""


@never_cache
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
