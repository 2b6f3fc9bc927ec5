"""What one client asked for: kept in order, bounded, and worked off by one task."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from booktime.sight import outages

logger = logging.getLogger(__name__)

HOLDS = 64

Job = Callable[[], Awaitable[None]]


class Inbox:
    """Receiving goes on while the database is asked."""

    __slots__ = ("_jobs", "_task")

    def __init__(self) -> None:
        self._jobs: deque[Job] | None = None
        self._task: asyncio.Task[None] | None = None

    def put(self, job: Job) -> bool:
        """False when it is full."""
        if self._jobs is None:
            self._jobs = deque()
        if len(self._jobs) >= HOLDS:
            return False
        self._jobs.append(job)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return True

    def clear(self) -> None:
        """What is being done is done to its end."""
        self._jobs = None

    async def _work(self) -> None:
        try:
            while self._jobs:
                await self._do(self._jobs.popleft())
        finally:
            self._task = None
            # An idle socket keeps nothing.
            if not self._jobs:
                self._jobs = None

    @staticmethod
    async def _do(job: Job) -> None:
        try:
            await job()
        except Exception as error:
            outages.log(logger, "What a socket asked for failed", error)
