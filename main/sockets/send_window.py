"""How much of what was sent is unacknowledged: a server like Daphne cannot tell."""

import secrets
from collections import deque

MARK_EVERY = 32 * 1024  # bytes
LIMIT = 128 * 1024


class SendWindow:
    """Counts bytes. From time to time a mark is sent with them, which the client sends back.

    Marks cannot be guessed: a client that returns one has read up to it.
    """

    __slots__ = ("_acknowledged", "_marks", "_sent")

    def __init__(self) -> None:
        self._sent = self._acknowledged = 0
        self._marks: deque[tuple[int, int]] | None = None  # most sockets never need one

    @property
    def is_open(self) -> bool:
        return self._sent - self._acknowledged <= LIMIT

    def count(self, size: int) -> int | None:
        """Count sent bytes; returns a mark to send now if one is due."""
        self._sent += size
        last = self._marks[-1][1] if self._marks else self._acknowledged
        if self._sent - last < MARK_EVERY:
            return None
        mark = secrets.randbits(31)
        self._marks = self._marks or deque()
        self._marks.append((mark, self._sent))
        return mark

    def acknowledge(self, mark: object) -> bool:
        """Whether this mark was awaited; all earlier ones count as read too."""
        if not self._marks or mark not in [known for known, _ in self._marks]:
            return False
        known = None
        while known != mark:
            known, self._acknowledged = self._marks.popleft()
        return True
