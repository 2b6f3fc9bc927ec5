"""A real server process on the test database, and many real requests to it at once."""

import contextlib
import http.client
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from main.tests.support.live_services import Web, database_url

CSRF = "c" * 32
ANSWER_LIMIT = 60  # seconds
ORDER_LIMITS = ("GUEST_ORDERS_PER_HOUR", "ADDRESS_ORDERS_PER_HOUR", "GUEST_UNPAID_COPIES")


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
        url, file = database_url(), Path(folder) / "shop.sqlite3"
        if not url:
            copy_database(to_file=file)
        url_of_copy = url or f"sqlite:///{file}"
        with _serving(url_of_copy, Path(folder), application, **environment) as shop:
            shop.borrowed_file = None if url else file
            yield shop


@contextlib.contextmanager
def _serving(url: str, folder: Path, application: str, **environment: str) -> Iterator["LiveShop"]:
    web = Web(
        folder / "server.log",
        application,
        **{
            "DATABASE_URL": url,
            "DEBUG": "true",
            "TASKS_BACKEND": "database",
            "SECRET_KEY": settings.SECRET_KEY,
            # All who buy here come from one client.
            **dict.fromkeys(ORDER_LIMITS, "0"),
            **environment,
        },
    )
    try:
        web.start()
        shop = LiveShop(port=web.port, log=web.log)
        shop.get("/healthz/")  # the first answer takes longest
        yield shop
    finally:
        web.end()


class LiveShop:
    def __init__(self, *, port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self.headers: dict[str, str] = {}  # beside those of each request
        self.borrowed_file: Path | None = None

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
    if url := database_url():
        yield url
        return
    # The test database is in this process's memory: lend it as a file, and take it back.
    path = folder / "shop.sqlite3"
    copy_database(to_file=path)
    yield f"sqlite:///{path}"
    copy_database(from_file=path)


def copy_database(*, to_file: Path | None = None, from_file: Path | None = None) -> None:
    connection.ensure_connection()
    memory = connection.connection
    with contextlib.closing(sqlite3.connect(to_file or from_file)) as file:
        if to_file:
            memory.backup(file)
            # As every shop's file is: of many connections that all change it at once, one fails.
            file.execute("PRAGMA journal_mode=WAL")
        else:
            file.backup(memory)
