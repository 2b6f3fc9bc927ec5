"""Pages for machines: robots, sitemap, health, and uploaded pictures."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve
from redis import Redis
from redis.exceptions import RedisError

_PRIVATE = ("account_email", "address_list", "order_list", "address_select", "search")
_MEDIA_AGE = 30 * 24 * 3600  # seconds; a changed picture gets a new name


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {reverse(name)}" for name in _PRIVATE)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Alive, since it answers; ready (200, else 503) when what the shop needs answers too."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    ready = all(answer is not False for answer in checks.values())
    facts = {"alive": True, "ready": ready, **checks, "version": settings.GIT_REV}
    return JsonResponse(facts, status=200 if ready else 503)


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture from the local disk, for a shop of one machine; others keep media elsewhere."""
    try:
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    except OSError:  # a name that no file can have
        raise Http404("There is no such picture.") from None
    response["Cache-Control"] = f"public, max-age={_MEDIA_AGE}"
    return response


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool | None:
    """None where the shop runs without Redis. The cache would not tell: it does without."""
    if not settings.REDIS_URL:
        return None
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2
        ) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
