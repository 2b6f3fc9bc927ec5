"""Mails to ADMINS about errors: few, short, without personal data, and sent in the background.

One mail per error in ten minutes, across all processes, and twenty an hour from each process; the
next one says how many were not sent. A thread sends them, so that a mail server that does not
answer delays no customer.
"""

import atexit
import logging
import queue
import threading
import time
from collections import Counter, deque

from django.conf import settings
from django.core.cache import cache
from django.core.mail import mail_admins

from booktime.sight.error_report import Report, report_of
from booktime.sight.log_lines import KNOCKS

logger = logging.getLogger(__name__)

QUIET = 600  # seconds after a mail, for the same error
AN_HOUR, MOST_AN_HOUR = 3600, 20
WAITING = 50  # errors that wait for the thread; more are only counted
LAST_MOMENT = 2  # seconds to send the rest when the process ends


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
        """Wait a moment for mails that are being sent."""
        until = time.monotonic() + limit
        while self._reports.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def _begin(self) -> None:
        with self._start:
            if self._thread is None:
                # A daemon, since it waits for ever.
                self._thread = threading.Thread(target=self._work, name="error-mail", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def _work(self) -> None:
        while True:
            report = self._reports.get()
            try:
                self._send(report)
            except Exception as error:
                # A warning, since an error would be mailed.
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
    """Limits the number of mails. Only one thread uses it, except for `hold_back`."""

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
        # Beyond a thousand kinds, errors count as one kind, to limit memory.
        is_known = fingerprint in self._held_back or len(self._held_back) < 1000
        self._held_back[fingerprint if is_known else ""] += 1

    def take_held_back(self, fingerprint: str) -> tuple[int, int]:
        """The numbers held back: of the same error, and of those not mailed recently."""
        same = self._held_back.pop(fingerprint, 0)
        silent = [known for known in list(self._held_back) if known not in self._sent_at]
        return same, sum(self._held_back.pop(known) for known in silent)


def _is_first_of_all(fingerprint: str) -> bool:
    """Across all processes that share a cache; without it, each decides for itself."""
    return bool(cache.add(f"error-mail:{fingerprint}", 1, timeout=QUIET))
