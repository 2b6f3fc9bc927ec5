"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from main.views.visitor import basket_quantity


def globals(request: HttpRequest) -> dict[str, object]:
    """VERSION and GA_TRACKER_ID, the basket's size (read when shown) and the page's own address."""
    return {
        "VERSION": settings.GIT_REV,
        "GA_TRACKER_ID": settings.GA_TRACKER_ID,
        "basket_quantity": SimpleLazyObject(lambda: basket_quantity(request)),
        "canonical_url": request.build_absolute_uri(request.path),
    }
