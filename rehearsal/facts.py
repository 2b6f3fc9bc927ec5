"""What a host reports: its bucket, its releases, the results of pushes."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

Step = tuple[str, float]  # what was done, and how many seconds it took


def clock(moment: float) -> str:
    """The time of day in UTC, as in the logs."""
    return f"{time.strftime('%H:%M:%S', time.gmtime(moment))}.{moment % 1 * 1000:03.0f}"


@dataclass(frozen=True)
class Bucket:
    endpoint: str
    name: str
    key: str
    secret: str


@dataclass(frozen=True)
class Release:
    """A release that serves or has served."""

    revision: str
    folder: Path
    port: int
    metrics_port: int
    worker_metrics_port: int

    @property
    def logs(self) -> dict[str, Path]:
        """What each process printed, by its name in the Procfile."""
        return {name: self.folder.parent / f"{name}.log" for name in ("web", "worker", "release")}


@dataclass(frozen=True)
class Retirement:
    """How a process of the previous release ended."""

    name: str
    told_at: float  # wall-clock time
    seconds: float  # from SIGTERM until it had ended
    was_killed: bool  # after ten seconds


@dataclass(frozen=True)
class Push:
    accepted: bool
    output: str
    seconds: float
    steps: list[Step] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why it was rejected, as the person who pushed reads it."""
        found = re.findall(r"rejected: (.*?)\s*$", self.output, re.M)
        return found[-1] if found else ""
