"""How often one client may call; the rates are in booktime/settings/api.py."""

from allauth.core.internal.ratelimit import get_ip
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from main.conversation_access import GUEST_ORDERS


class ByAddress:
    """The client's address, as in the shop's own limits.

    A header that anybody can write is not trusted, and an IPv6 network counts as one client.
    """

    def get_ident(self, request: Request) -> str:
        return get_ip(request._request)


class AnonymousThrottle(ByAddress, AnonRateThrottle):
    pass


class SignInThrottle(AnonymousThrottle):
    """Counted separately: a phone that calls with an old token must be able to sign in again."""

    scope = "sign_in"


class DescriptionThrottle(AnonymousThrottle):
    """Counted separately: reading the description is not yet using the API."""

    scope = "description"


class GuestThrottle(AnonymousThrottle):
    """Guests who may read the order are counted by it, in all their browsers; others by address."""

    scope = "guest"

    def get_cache_key(self, request: Request, view) -> str | None:
        if request.user.is_authenticated:
            return None
        order_id = view.kwargs["order_id"]
        is_theirs = order_id in request._request.session.get(GUEST_ORDERS, [])
        ident = f"order-{order_id}" if is_theirs else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class UserThrottle(ByAddress, UserRateThrottle):
    def get_cache_key(self, request: Request, view) -> str | None:
        """Skip those whom the other throttle counts."""
        return super().get_cache_key(request, view) if request.user.is_authenticated else None
