"""Who calls the API: by token (`Authorization: Token ...`), or by a page's session."""

import re
from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from main.conversation_access import GUEST_ORDERS

_TOKEN = re.compile(rb"[0-9a-f]{64}")
_REFUSED = "This token is invalid or has expired. Sign in again."


class TokenAuthentication(KnoxTokenAuthentication):
    """Refuses what cannot be a token without querying the database, always in the same words."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed(_REFUSED)
        try:
            return super().authenticate_credentials(token)
        except AuthenticationFailed:
            raise AuthenticationFailed(_REFUSED) from None


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of a page, signed in or not.

    Another site could make a guest's browser write as easily as that of a signed-in user, so the
    CSRF token is checked for both.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        signed_in = super().authenticate(request)
        if signed_in is None and request._request.session.get(GUEST_ORDERS):
            self.enforce_csrf(request)
        return signed_in
