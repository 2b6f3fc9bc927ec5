"""Whether requests still get a thread: the server says so, the health check asks."""

from typing import Protocol

STUCK_AFTER = 2  # seconds for which requests have been waiting and none got a thread


class Threads(Protocol):
    """The threads that answer requests."""

    size: int

    @property
    def free(self) -> int: ...

    @property
    def waited(self) -> float:
        """The seconds for which the queue has stood still; 0 if there is none."""


_watched: list[Threads] = []


def watch(threads: Threads) -> None:
    """Have `is_moving` answer for these."""
    _watched[:] = [threads]


def is_moving() -> bool | None:
    """False if all threads are busy and nobody gets one; None if another server runs the shop."""
    return all(threads.waited < STUCK_AFTER for threads in _watched) if _watched else None
