"""How often one client may ask; the rates are in booktime/settings/api.py."""

import hashlib

from allauth.core.internal.ratelimit import get_ip
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from main.conversation_access import GUEST_ORDERS


class ByAddress:
    """The client's address as the shop's own limits know it.

    A header that anybody can write is not believed, and an IPv6 network counts as one client.
    """

    def get_ident(self, request: Request) -> str:
        return get_ip(request._request)


class AnonymousThrottle(ByAddress, AnonRateThrottle):
    pass


class SignInThrottle(AnonymousThrottle):
    """Counted for itself: a phone that asks with an old token must be able to sign in again."""

    scope = "sign_in"


class DescriptionThrottle(AnonymousThrottle):
    """Counted for itself: who reads the description has not asked for anything yet."""

    scope = "description"


class GuestThrottle(AnonymousThrottle):
    """Guests who may read an order count each for themselves; others by their address."""

    scope = "guest"

    def get_ident(self, request: Request) -> str:
        session = request._request.session
        if session.get(GUEST_ORDERS):
            return hashlib.sha256(session.session_key.encode()).hexdigest()
        return super().get_ident(request)


class UserThrottle(ByAddress, UserRateThrottle):
    def get_cache_key(self, request: Request, view) -> str | None:
        """Nobody's requests are counted by the other throttle already."""
        return super().get_cache_key(request, view) if request.user.is_authenticated else None
