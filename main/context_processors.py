"""The context of every page."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from main.gateways.public_address import public_url
from main.views.visitor import at_hand


def globals(request: HttpRequest) -> dict[str, object]:
    """VERSION and GA_TRACKER_ID, what the header tells the visitor, and the page's own address."""
    found = SimpleLazyObject(lambda: at_hand(request))
    return {
        "VERSION": settings.GIT_REV,
        "GA_TRACKER_ID": settings.GA_TRACKER_ID,
        "basket_quantity": SimpleLazyObject(lambda: found.basket_quantity),
        "unread_order": SimpleLazyObject(lambda: found.unread_order),
        "canonical_url": _canonical_url(request),
    }


def _canonical_url(request: HttpRequest) -> str:
    """The public address without filters and trackers; the second page of a list has its own."""
    page = request.GET.get("page", "")
    is_later = page.isascii() and page.isdigit() and int(page[:9]) > 1
    path = f"{request.path}?page={page}" if is_later else request.path
    return public_url(path)
