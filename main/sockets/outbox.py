"""What goes to one client: by one task, frame after frame, no faster than it reads."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from booktime.sight import outages
from main.sockets import frames
from main.sockets.send_window import SendWindow

logger = logging.getLogger(__name__)

PATIENCE = 15  # seconds for a client that has much to read but reads nothing

Send = Callable[[dict[str, Any]], Awaitable[None]]
Feed = Callable[[], Awaitable[str | None]]


class Outbox:
    """Sends from two sources: answers put in, and the feed of messages once there is one.

    The feed is asked only while the client keeps up: what it has not read yet stays in the
    database, not in this process's memory.
    """

    __slots__ = ("_feed", "_frames", "_is_closed", "_is_woken", "_on_stuck", "_opened", "_send",
                 "_stuck", "_task", "_window", "beat")  # fmt: skip

    def __init__(self, send: Send, *, on_stuck: Callable[[], None]) -> None:
        self._send = send
        self._on_stuck = on_stuck
        self._frames: list[str | int] = []
        self._window = SendWindow()
        self._feed: Feed | None = None
        self._task: asyncio.Task[None] | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._opened: asyncio.Event | None = None
        self._is_woken = self._is_closed = False
        # The frame that a mark travels in.
        self.beat: Callable[[int], str] = lambda mark: frames.heartbeat(0, live=True, n=mark)

    @property
    def is_open(self) -> bool:
        return self._window.is_open

    def put(self, frame: str) -> None:
        if not self._is_closed:
            self._frames.append(frame)
            self.wake()

    def put_fleeting(self, frame: str) -> None:
        """For frames that matter now or never: dropped if the client is behind."""
        if self._window.is_open:
            self.put(frame)

    def close(self, code: int) -> None:
        """Close after what was put in before; nothing follows it."""
        if not self._is_closed:
            self._frames.append(code)
            self._is_closed = True
            self.wake()
            self._no_longer_stuck()
            if self._opened:
                self._opened.set()

    def feed_from(self, feed: Feed) -> None:
        self._feed = feed
        self.wake()

    def wake(self) -> None:
        """There is, or may be, something to send."""
        self._is_woken = True
        if self._task is None:
            self._task = asyncio.create_task(self._work())

    def acknowledge(self, mark: object) -> None:
        if not self._window.acknowledge(mark):
            return
        self._no_longer_stuck()
        if self._window.is_open:
            self.wake()
            if self._opened:
                self._opened.set()
        else:
            self._expect_reading()

    async def when_open(self) -> None:
        while not (self._window.is_open or self._is_closed):
            self._opened = asyncio.Event()
            await self._opened.wait()

    def end(self) -> None:
        """The client is gone."""
        self._is_closed = True
        self._frames.clear()
        self._feed = None
        self._no_longer_stuck()
        if self._opened:
            self._opened.set()
        if self._task:
            self._task.cancel()

    async def _work(self) -> None:
        try:
            while self._is_woken:
                self._is_woken = False
                await self._send_frames()
                while frame := await self._next_of_feed():
                    await self._transmit(frame)
                    await self._send_frames()
        except (OSError, RuntimeError) as error:
            # This is how servers say that the client is gone.
            logger.warning("A socket was not served: %s", error)
        except Exception:
            logger.exception("A socket was not served")
        finally:
            self._task = None

    async def _send_frames(self) -> None:
        while self._frames:
            waiting, self._frames = self._frames, []
            for frame in waiting:
                if isinstance(frame, str):
                    await self._transmit(frame)
                else:
                    await self._send({"type": "websocket.close", "code": frame})

    async def _next_of_feed(self) -> str | None:
        if self._feed is None or self._is_closed or not self._window.is_open:
            return None
        try:
            return await self._feed()
        except Exception as error:
            # The next heartbeat tries again.
            outages.log(logger, "Messages could not be read", error)
            return None

    async def _transmit(self, frame: str) -> None:
        await self._send({"type": "websocket.send", "text": frame})
        mark = self._window.count(len(frame) if frame.isascii() else len(frame.encode()))
        if mark is not None:
            await self._send({"type": "websocket.send", "text": self.beat(mark)})
        if not self._window.is_open:
            self._expect_reading()

    def _expect_reading(self) -> None:
        if self._stuck is None and not self._is_closed:
            self._stuck = asyncio.get_running_loop().call_later(PATIENCE, self._on_stuck)

    def _no_longer_stuck(self) -> None:
        if self._stuck:
            self._stuck.cancel()
            self._stuck = None
