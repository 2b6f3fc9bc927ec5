"""A few reused threads for sync code under ASGI: each request leases one for its whole life.

asgiref runs the sync code of a request on one thread (`ThreadSensitiveContext`), and by default
makes a new one for every request. Here threads are kept, with everything that belongs to a thread,
above all the database connection. Nothing in this file depends on an event loop, so one
`LeasedThreads` serves any number of loops.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any


class LeasedThreads:
    """At most `size` threads, made when first needed. Leases that find none free queue up."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"ASGI_THREADS must be at least 1, not {size}.")
        self.size = size
        self.started = 0
        self._moved_at = 0.0  # when a thread was last given back
        self._free: list[LeasedThread] = []
        self._waiting: deque[ThreadLease] = deque()
        # Reentrant: a thread may be given back in a callback of a call made under the lock.
        self._lock = threading.RLock()

    @property
    def free(self) -> int:
        """The number of threads available at once, including those not started yet."""
        return self.size - self.started + len(self._free)

    @property
    def waited(self) -> float:
        """The seconds for which a queue has stood still; 0 if there is none.

        A queue that is long but moves is load, not a standstill.
        """
        with self._lock:
            if not self._waiting:
                return 0.0
            return time.monotonic() - max(self._waiting[0].asked_at, self._moved_at)

    def lease(self) -> "ThreadLease":
        return ThreadLease(self)

    def take(self, lease: "ThreadLease") -> None:
        """Give the lease a thread now, or when one becomes free."""
        with self._lock:
            if self._free:
                # The last one used: at low load few threads, and few connections, are busy.
                lease.start(self._free.pop())
            elif self.started < self.size:
                self.started += 1
                lease.start(LeasedThread(name=f"request-{self.started}"))
            else:
                lease.asked_at = time.monotonic()
                self._waiting.append(lease)

    def give_back(self, thread: "LeasedThread") -> None:
        with self._lock:
            self._moved_at = time.monotonic()
            if self._waiting:
                self._waiting.popleft().start(thread)
            else:
                self._free.append(thread)

    def leave_queue(self, lease: "ThreadLease") -> None:
        with self._lock:
            if lease in self._waiting:
                self._waiting.remove(lease)


class ThreadLease(Executor):
    """The executor of one request: takes a thread at its first call, returns it after `end`.

    The thread goes back only once it is idle: after a disconnect, the view may still run on it, and
    the next request would have to wait for another's view.
    """

    def __init__(self, threads: LeasedThreads) -> None:
        self._threads = threads
        self.asked_at = 0.0
        self._thread: LeasedThread | None = None
        self._lock = threads._lock
        self._held: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._asked = False
        self._ended = False
        self._last: Future[Any] | None = None

    @property
    def has_thread(self) -> bool:
        return self._thread is not None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            if self._ended:
                raise RuntimeError("This request's lease of a thread has ended.")
            if self._thread is not None:
                self._run(self._thread, future, partial(fn, *args, **kwargs))
                return future
            self._held.append((future, partial(fn, *args, **kwargs)))
            if not self._asked:
                self._asked = True
                self._threads.take(self)
        return future

    def start(self, thread: "LeasedThread") -> None:
        """Called by the pool, under its lock: run the calls that were waiting."""
        self._thread = thread
        held, self._held = self._held, []
        for future, call in held:
            self._run(thread, future, call)

    def end(self) -> None:
        """Accept no more calls. The thread goes back when its calls are done."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            if self._thread is None:
                self._threads.leave_queue(self)
        for future, _ in self._held:
            future.cancel()
        if self._thread is None:
            return
        give_back = partial(self._threads.give_back, self._thread)
        if self._last is None:
            give_back()
        else:
            self._last.add_done_callback(lambda _: give_back())

    def _run(self, thread: "LeasedThread", future: "Future[Any]", call: Callable[[], Any]) -> None:
        # Marked as running at once, so that it can no longer be cancelled: clean-up that waits
        # behind a slow view must run, and calls then end in the order in which they were given.
        if future.set_running_or_notify_cancel():
            self._last = future
            thread.run(future, call)


class LeasedThread:
    """One thread that runs one call at a time, in the order given."""

    def __init__(self, *, name: str) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        # A daemon: otherwise the process would wait for its idle threads, which never end.
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def run(self, future: "Future[Any]", call: Callable[[], Any]) -> None:
        self._calls.put((future, call))

    def _work(self) -> None:
        while True:
            future, call = self._calls.get()
            try:
                result = call()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
                del result
            # An idle thread must not keep the last request and its response alive.
            del future, call
