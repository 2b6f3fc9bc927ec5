"""Without Redis one server process serves a database, and no second one beside it.

Two would know nothing of each other: what is said in one would reach the other only by heartbeats,
and limits would count twice.
"""

import fcntl
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings

PATIENCE = 6.0  # seconds: the one before us may still be finishing its requests
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW


def hold(*, patience: float = PATIENCE) -> None:
    """Be the one process until this one ends; end at once, in one line, where another is."""
    database = settings.DATABASES["default"]
    is_test = sys.argv[1:2] == ["test"] or ":memory:" in str(database["NAME"])
    if settings.REDIS_URL or is_test:
        return
    # Held as long as it is open, which is as long as the process lives.
    lock = os.open(_path(database), _FLAGS, 0o600)
    until = time.monotonic() + patience
    while not _is_taken(lock):
        if time.monotonic() > until:
            sys.exit(
                "booktime: another process serves this database. Set REDIS_URL to serve with "
                "several, or end the other one."
            )
        time.sleep(0.1)


def _is_taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _path(database: dict[str, Any]) -> Path:
    """The same for all who serve this database on this machine, and as this user."""
    place = "|".join(str(database.get(name, "")) for name in ("HOST", "PORT", "NAME"))
    digest = hashlib.sha256(place.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"booktime-{os.getuid()}-{digest}.lock"
