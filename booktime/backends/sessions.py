"""Sessions in the database, which are looked up only by well-formed keys.

A cookie may contain anything, even NUL (quoted, as \\000), which PostgreSQL rejects as text: every
page would end in an error.
"""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[0-9a-z]{32}", re.ASCII)  # as Django makes them


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
