"""Sessions in the database, which are looked up only by well-formed keys.

A cookie may contain anything, even NUL (quoted, as \\000), which PostgreSQL rejects as text: every
page would end in an error.

However a session ends, its sockets are told: at sign-out, or when it is renewed under another key.
"""

import re

from django.contrib.sessions.backends import db

from main import events
from main.sockets.admission import digest_of

_KEY = re.compile(r"[0-9a-z]{32}", re.ASCII)  # as Django makes them


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        super().delete(session_key)
        if key:
            events.session_ended(digest=digest_of(key))
