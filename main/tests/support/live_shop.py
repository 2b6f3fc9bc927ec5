"""A real server process on the test database, and many real requests to it at once."""

import contextlib
import http.client
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

CSRF = "c" * 32
START_LIMIT, ANSWER_LIMIT = 30, 60  # seconds


@dataclass(frozen=True)
class Post:
    """A POST of form fields by the browser that holds this session."""

    path: str
    fields: dict = field(default_factory=dict)
    session_key: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str


def make_session(**values) -> str:
    """A stored session with these values; returns its key."""
    session = SessionStore()
    session.create()
    session.update(values)
    session.save()
    return session.session_key


@contextlib.contextmanager
def live_shop(*, application: str = "booktime.asgi", **environment: str) -> Iterator["LiveShop"]:
    """Daphne serving the test database; what it wrote can be read after the block."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _shared_database(Path(folder)) as url,
        _serving(url, Path(folder), application, **environment) as shop,
    ):
        yield shop


@contextlib.contextmanager
def lasting_shop(*, application: str, **environment: str) -> Iterator["LiveShop"]:
    """Daphne for many tests, each of which lends it the test database (`LiveShop.on_test_data`)."""
    with tempfile.TemporaryDirectory() as folder:
        url, file = _database_url(), Path(folder) / "shop.sqlite3"
        if not url:
            copy_database(to_file=file)
        url_of_copy = url or f"sqlite:///{file}"
        with _serving(url_of_copy, Path(folder), application, **environment) as shop:
            shop.borrowed_file = None if url else file
            yield shop


@contextlib.contextmanager
def _serving(url: str, folder: Path, application: str, **environment: str) -> Iterator["LiveShop"]:
    port = _free_port()
    # Paths and names are the child's own; only what it needs is given.
    env = os.environ | {
        "DATABASE_URL": url,
        "DEBUG": "true",
        "TASKS_BACKEND": "database",
        "SECRET_KEY": settings.SECRET_KEY,
        **environment,
    }
    # Twisted lets 50 connections wait by default; a crowd that comes at once would be cut off.
    endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog=1024"
    flags = ["-e", endpoint, "--websocket-max-message-size", "65536"]
    command = [sys.executable, "-m", "daphne", *flags]
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"{application}:application"],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        shop = LiveShop(port=port, log=log)
        shop.wait_until_up(process)
        yield shop
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class LiveShop:
    def __init__(self, *, port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self.headers: dict[str, str] = {}  # beside those of each request
        self.borrowed_file: Path | None = None

    def wait_until_up(self, process: subprocess.Popen) -> None:
        until = time.monotonic() + START_LIMIT
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                self.get("/healthz/")
                return
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()[-4000:]}")

    @contextlib.contextmanager
    def on_test_data(self) -> Iterator[None]:
        """For a lasting shop: it has the rows of this test, and the test what it wrote."""
        if self.borrowed_file:
            copy_database(to_file=self.borrowed_file)
        yield
        if self.borrowed_file:
            copy_database(from_file=self.borrowed_file)

    def get(self, path: str, *, session_key: str = "") -> Answer:
        return self._request("GET", path, {}, session_key)

    def post(self, request: Post) -> Answer:
        return self._request("POST", request.path, request.fields, request.session_key)

    def post_at_once(self, requests: Sequence[Post]) -> list[Answer]:
        """Send them all together, each on its own connection; answers in the same order."""
        barrier = threading.Barrier(len(requests))
        answers: list[Answer | Exception] = [AssertionError("no answer")] * len(requests)

        def send(index: int, request: Post) -> None:
            barrier.wait()
            try:
                answers[index] = self.post(request)
            except Exception as error:  # raised again below, in the test's own thread
                answers[index] = error

        threads = [
            threading.Thread(target=send, args=pair, daemon=True) for pair in enumerate(requests)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(ANSWER_LIMIT)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def _request(self, method: str, path: str, fields: dict, session_key: str) -> Answer:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_LIMIT)
        cookies = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
        if session_key:
            cookies += f"; {settings.SESSION_COOKIE_NAME}={session_key}"
        headers = {"Cookie": cookies, "X-CSRFToken": CSRF, **self.headers}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        client.request(method, path, urlencode(fields) if fields else None, headers)
        response = client.getresponse()
        body = response.read().decode(errors="replace")
        client.close()
        return Answer(response.status, response.getheader("Location", ""), body)


@contextlib.contextmanager
def _shared_database(folder: Path) -> Iterator[str]:
    """The address of a database that another process can open too."""
    if url := _database_url():
        yield url
        return
    # The test database is in this process's memory: lend it as a file, and take it back.
    path = folder / "shop.sqlite3"
    copy_database(to_file=path)
    yield f"sqlite:///{path}"
    copy_database(from_file=path)


def _database_url() -> str:
    """Of a database server; SQLite's is in this process's memory."""
    if connection.vendor != "postgresql":
        return ""
    at = connection.settings_dict
    login = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
    return f"postgres://{login}@{quote(at['HOST'], safe='')}:{at['PORT']}/{at['NAME']}"


def copy_database(*, to_file: Path | None = None, from_file: Path | None = None) -> None:
    connection.ensure_connection()
    memory = connection.connection
    with contextlib.closing(sqlite3.connect(to_file or from_file)) as file:
        if to_file:
            memory.backup(file)
        else:
            file.backup(memory)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
