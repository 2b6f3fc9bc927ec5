"""The context of every page."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from main.views.visitor import basket_quantity


def globals(request: HttpRequest) -> dict[str, object]:
    """VERSION and GA_TRACKER_ID, the basket's size, and the page's own address."""
    return {
        "VERSION": settings.GIT_REV,
        "GA_TRACKER_ID": settings.GA_TRACKER_ID,
        "basket_quantity": SimpleLazyObject(lambda: basket_quantity(request)),
        # Lazy, too: a foreign host has no canonical URL, but still gets the page of the 400.
        "canonical_url": SimpleLazyObject(lambda: _canonical_url(request)),
    }


def _canonical_url(request: HttpRequest) -> str:
    """The address without filters and trackers; the second page of a list has its own."""
    page = request.GET.get("page", "")
    is_later = page.isascii() and page.isdigit() and int(page[:9]) > 1
    path = f"{request.path}?page={page}" if is_later else request.path
    return request.build_absolute_uri(path)
