"""Pages for machines: robots, sitemap, health, and uploaded pictures."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils._os import safe_join
from django.utils.log import log_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

from main.gateways import readiness
from main.gateways.public_address import public_url

_PRIVATE = (
    "account_email",
    "address_list",
    "order_list",
    "address_select",
    "checkout_review",
    "search",
)
_MEDIA_AGE = 30 * 24 * 3600  # seconds; a changed picture gets a new name


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {reverse(name)}" for name in _PRIVATE)]
    lines.append(f"Sitemap: {public_url(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is checked."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Alive, since it answers; also ready (200, else 503) if all that the shop needs is there."""
    found = readiness.look()
    ready = all(answer is not False for answer in found.values())
    facts = {"alive": True, "ready": ready, **found, "version": settings.GIT_REV}
    response = JsonResponse(facts, status=200 if ready else 503)
    if not ready:
        # Otherwise Django would log it as an error at every check.
        log_response("Not ready.", request=request, response=response, level="warning")
    return response


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture from the local disk, for a shop on one machine; others store media elsewhere."""
    try:
        _follow_no_link(path)
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    # A name that no file can have, or one that leads out of the folder.
    except (OSError, ValueError, RuntimeError, SuspiciousFileOperation):
        raise Http404("There is no such picture.") from None
    response["Cache-Control"] = f"public, max-age={_MEDIA_AGE}"
    return response


def _follow_no_link(path: str) -> None:
    """Raises SuspiciousFileOperation: a link in the folder may lead to any file of the machine."""
    root = Path(settings.MEDIA_ROOT).resolve()
    named = Path(safe_join(root, path))
    if named.resolve() != named:
        raise SuspiciousFileOperation
