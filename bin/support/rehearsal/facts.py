"""What a host tells of itself: its bucket, its releases, what came of a push."""

import re
from dataclasses import dataclass, field
from pathlib import Path

Step = tuple[str, float]  # what was done, and its seconds


@dataclass(frozen=True)
class Bucket:
    endpoint: str
    name: str
    key: str
    secret: str


@dataclass
class Release:
    """A release that serves, or served. `web` and `worker` are process ids."""

    revision: str
    folder: Path
    port: int
    metrics_port: int
    worker_metrics_port: int
    web: int = 0
    worker: int = 0

    @property
    def logs(self) -> dict[str, Path]:
        """What each process printed, by its name in the Procfile."""
        return {name: self.folder.parent / f"{name}.log" for name in ("web", "worker", "release")}


@dataclass(frozen=True)
class Retirement:
    revision: str
    seconds: float  # from SIGTERM until web and worker were gone
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
