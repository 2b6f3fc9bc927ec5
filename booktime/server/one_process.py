"""Without Redis, only one server process may serve a database.

Two would not know of each other: messages would reach the other process only by heartbeats, and
limits would be counted twice.
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

PATIENCE = 6.0  # seconds: the previous process may still be finishing its requests
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW


def hold(*, patience: float = PATIENCE) -> None:
    """Be the only process until it ends; exit with one line if there is another."""
    database = settings.DATABASES["default"]
    is_test = sys.argv[1:2] == ["test"] or ":memory:" in str(database["NAME"])
    if settings.REDIS_URL or is_test:
        return
    # The lock is held while the file is open, which is as long as the process lives.
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
    """The same path for all processes that serve this database on this machine as this user."""
    place = "|".join(str(database.get(name, "")) for name in ("HOST", "PORT", "NAME"))
    digest = hashlib.sha256(place.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"booktime-{os.getuid()}-{digest}.lock"
