"""Mails to ADMINS about errors: few, short, without anybody's data, and never waited for.

One mail an error and ten minutes, whichever process it happened in, and twenty an hour of each
process; the next one says how many were not sent. A thread sends them: a mail server that does not
answer holds up no customer.
"""

import atexit
import hashlib
import logging
import queue
import threading
import time
import traceback
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import mail_admins

from booktime.sight import log_context
from booktime.sight.log_lines import KNOCKS
from booktime.sight.redaction import message_of, traceback_of

logger = logging.getLogger(__name__)

QUIET = 600  # seconds after a mail, for the same error
AN_HOUR, MOST_AN_HOUR = 3600, 20
WAITING = 50  # errors that wait for the thread; more are counted, and not kept
LAST_MOMENT = 2  # seconds for what is still to be sent as the process ends
MOST = 8_000  # characters of a traceback
_FACTS = ("route", "method", "status", "order_id", "task", "attempt", "request_id", "task_id")


@dataclass(frozen=True)
class Report:
    fingerprint: str
    subject: str
    lines: list[str] = field(repr=False)


class ErrorMail(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.rate = Rate()
        self._reports: queue.Queue[Report] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        if not settings.ADMINS or record.name == __name__ or record.name.startswith(KNOCKS):
            return
        try:
            report = report_of(record)
            self._reports.put_nowait(report)
        except queue.Full:
            self.rate.hold_back(report.fingerprint)
        except Exception:
            self.handleError(record)
        else:
            self._begin()

    def flush(self, limit: float = LAST_MOMENT) -> None:
        """Wait for what is on its way, for a moment."""
        until = time.monotonic() + limit
        while self._reports.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def _begin(self) -> None:
        with self._start:
            if self._thread is None:
                # A daemon: it waits for ever.
                self._thread = threading.Thread(target=self._work, name="error-mail", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def _work(self) -> None:
        while True:
            report = self._reports.get()
            try:
                self._send(report)
            except Exception as error:
                # As a warning: an error would be mailed.
                logger.warning("An error could not be mailed: %s", error)
            finally:
                self._reports.task_done()

    def _send(self, report: Report) -> None:
        if not self.rate.allows(report.fingerprint):
            return
        same, others = self.rate.take_held_back(report.fingerprint)
        lines = [*report.lines]
        if same:
            lines.append(f"And {same} more of the same since the last mail about it.")
        if others:
            lines.append(f"And {others} more errors that were not mailed.")
        mail_admins(report.subject, "\n".join(lines) + "\n")


class Rate:
    """How many mails there may be. Used by one thread, but for `hold_back`."""

    def __init__(self) -> None:
        self._sent_at: dict[str, float] = {}
        self._hour: deque[float] = deque()
        self._held_back: Counter[str] = Counter()

    def allows(self, fingerprint: str) -> bool:
        now = time.monotonic()
        while self._hour and now - self._hour[0] > AN_HOUR:
            self._hour.popleft()
        self._sent_at = {known: at for known, at in self._sent_at.items() if now - at < QUIET}
        if (
            fingerprint in self._sent_at
            or len(self._hour) >= MOST_AN_HOUR
            or not _is_first_of_all(fingerprint)
        ):
            self.hold_back(fingerprint)
            return False
        self._sent_at[fingerprint] = now
        self._hour.append(now)
        return True

    def hold_back(self, fingerprint: str) -> None:
        # Errors of a thousand kinds are one: the memory for them is bounded.
        is_known = fingerprint in self._held_back or len(self._held_back) < 1000
        self._held_back[fingerprint if is_known else ""] += 1

    def take_held_back(self, fingerprint: str) -> tuple[int, int]:
        """Of the same, and of those about which there was no mail for so long."""
        same = self._held_back.pop(fingerprint, 0)
        silent = [known for known in list(self._held_back) if known not in self._sent_at]
        return same, sum(self._held_back.pop(known) for known in silent)


def report_of(record: logging.LogRecord) -> Report:
    error = record.exc_info[1] if record.exc_info else None
    facts = {**log_context.known(), **{name: getattr(record, name, None) for name in _FACTS
                                     if hasattr(record, name)}}  # fmt: skip
    message = message_of(record)
    what = type(error).__name__ if error else message.split("\n")[0][:80]
    where = facts.get("route") or facts.get("task") or record.name
    lines = [message, "", f"revision: {settings.GIT_REV}"]
    lines += [f"{name}: {facts[name]}" for name in _FACTS if facts.get(name) is not None]
    lines += [f"logger: {record.name}", ""]
    if error:
        lines += [traceback_of(error, most=MOST), ""]
    return Report(_fingerprint(record, error, where), f"{what} in {where}", lines)


def _fingerprint(record: logging.LogRecord, error: BaseException | None, where: str) -> str:
    """The same for the same fault, whatever it met: by our own line that it went through last."""
    parts: list[Any] = [record.name, record.msg, where]
    if error:
        parts = [record.name, type(error).__qualname__]
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if _is_ours(frame.filename)] or frames
        parts += [(frame.filename, frame.lineno) for frame in ours[-1:]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _is_ours(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


def _is_first_of_all(fingerprint: str) -> bool:
    """Of all processes that share a cache; while it is away each goes by itself."""
    return bool(cache.add(f"error-mail:{fingerprint}", 1, timeout=QUIET))
