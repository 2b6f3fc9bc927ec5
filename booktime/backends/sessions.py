"""Sessions in the database, whose keys are looked up only if they can be keys.

A cookie holds whatever its sender likes, NUL (quoted, as \\000) too, which PostgreSQL takes for no
text: it would answer each page with an error.
"""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[0-9a-z]{32}", re.ASCII)  # as Django makes them


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
