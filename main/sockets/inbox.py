"""The requests of one client: queued in order, up to a limit, and handled by one task."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from booktime.sight import outages

logger = logging.getLogger(__name__)

HOLDS = 64

Job = Callable[[], Awaitable[None]]


class Inbox:
    """Lets the socket receive while the database answers."""

    __slots__ = ("_jobs", "_task")

    def __init__(self) -> None:
        self._jobs: deque[Job] | None = None
        self._task: asyncio.Task[None] | None = None

    def put(self, job: Job) -> bool:
        """False if it is full."""
        if self._jobs is None:
            self._jobs = deque()
        if len(self._jobs) >= HOLDS:
            return False
        self._jobs.append(job)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return True

    def clear(self) -> None:
        """Drop what is queued; a job that has begun is finished."""
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
            outages.log(logger, "A socket's request failed", error)
