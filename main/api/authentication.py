"""Who asks the API: by token (`Authorization: Token ...`), or by the session of a page."""

import re
from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

_TOKEN = re.compile(rb"[0-9a-f]{64}")
_REFUSED = "This token is not valid, or not any more. Sign in again."


class TokenAuthentication(KnoxTokenAuthentication):
    """Refuses what cannot be a token before the database is asked, and all in the same words."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed(_REFUSED)
        try:
            return super().authenticate_credentials(token)
        except AuthenticationFailed:
            raise AuthenticationFailed(_REFUSED) from None
