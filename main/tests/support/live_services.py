"""Web processes and a Redis of one's own, to be killed and started again on the same port."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
START_LIMIT = 30  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service(ABC):
    """A process that listens on one port all its lives."""

    identity: ClassVar[dict] = {}  # another account to run under

    def __init__(self, log: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = log
        self.environment = os.environ | environment
        self.process: subprocess.Popen | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self.identity,
            )
        if wait:
            self.wait_until_up()

    def wait_until_up(self) -> None:
        until = time.monotonic() + START_LIMIT
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"It did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def is_up(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False

    def kill(self) -> None:
        """Without a chance to say anything (kill -9)."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def end(self, limit: float = 10) -> None:
        """Told to end; killed when it does not."""
        self.process.terminate()
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()


class Redis(Service):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        flags = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"]
        return ["redis-server", "--port", str(self.port), *flags]


class Web(Service):
    """Daphne, with the flags of the Procfile that matter to sockets."""

    def __init__(self, log: Path, application: str = "booktime.asgi", **environment: str) -> None:
        super().__init__(log, **environment)
        self.application = application
        # Sockets are opened from the shop's own address only.
        self.environment["SITE_URL"] = f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        endpoint = f"tcp:port={self.port}:interface=127.0.0.1:backlog=1024"
        limits = ["--websocket-max-message-size", "65536", "--websocket-max-frame-size", "65536"]
        words = [sys.executable, "-m", "daphne", "-v1", "-e", endpoint, *limits]
        return [*words, f"{self.application}:application"]


def database_url() -> str:
    """Where another process finds the test database; nothing for SQLite's, in our own memory."""
    if connection.vendor != "postgresql":
        return ""
    at = connection.settings_dict
    login = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
    return f"postgres://{login}@{quote(at['HOST'], safe='')}:{at['PORT']}/{at['NAME']}"
