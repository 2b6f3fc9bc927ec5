"""Sentry, as a server that speaks like it: what it is told of an error, and what it is not."""

import gzip
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import sentry_sdk
from django.db import IntegrityError
from django.http import HttpRequest
from django.test import SimpleTestCase, override_settings

from booktime.sight import log_context, sentry
from main.tests.support.refused_row import FIRST, refuse

LIMIT = 5
# Here, and not near the fault: the lines of the source around it are told.
LINK, COOKIE, PASSWORD = "/orders/open/a-guests-link/", "cookie=12", "hunter2"
ADA, ADDRESS = "Ada", "ada@booktime.example"


class Envelopes(BaseHTTPRequestHandler):
    received: list[dict]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpacked = {"gzip": gzip.decompress, "br": brotli.decompress}
        body = unpacked.get(self.headers.get("Content-Encoding", ""), bytes)(body)
        _, item, payload, *_ = body.split(b"\n")
        if json.loads(item)["type"] == "event":
            self.received.append({"to": self.path, "raw": body, **json.loads(payload)})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args) -> None:
        """Not between the dots of the tests."""


class SentryTests(SimpleTestCase):
    def setUp(self) -> None:
        received: list[dict] = []
        self.received = received
        answers = type("Answers", (Envelopes,), {"received": received})
        server = HTTPServer(("127.0.0.1", 0), answers)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        dsn = f"http://key@127.0.0.1:{server.server_port}/7"
        with override_settings(SENTRY_DSN=dsn, GIT_REV="abc123"):
            self.assertTrue(sentry.begin())
        self.addCleanup(sentry_sdk.get_global_scope().set_client, None)
        self.logger = logging.getLogger("main.tests.sentry")
        self.logger.propagate = False
        self.logger.addHandler(logging.NullHandler())

    def told(self) -> list[dict]:
        sentry_sdk.flush(LIMIT)
        return self.received

    def test_an_error_is_told_with_what_is_known_of_it(self) -> None:
        with log_context.about(route="checkout", request_id="r" * 16, user_id=7):
            self._fail()
        (event,) = self.told()
        self.assertEqual((event["to"], event["release"]), ("/api/7/envelope/", "abc123"))
        self.assertEqual(event["user"], {"id": "7"})
        self.assertEqual(event["transaction"], "checkout")
        self.assertEqual(event["tags"], {"route": "checkout", "request_id": "r" * 16,
                                         "status": "500"})  # fmt: skip
        (value,) = event["exception"]["values"]
        self.assertEqual((value["type"], value["value"]), ("ValueError", "no post for [address]"))
        self.assertEqual(value["stacktrace"]["frames"][-1]["function"], "_fail")

    def test_nothing_of_the_request_or_of_anybody_goes_out(self) -> None:
        self._fail()
        (event,) = self.told()
        self.assertLessEqual(
            set(event),
            {"to", "raw", *sentry._KEPT, "tags", "logentry", "exception"},
        )
        self.assertNotIn("vars", event["exception"]["values"][0]["stacktrace"]["frames"][-1])
        for told in (LINK, COOKIE, PASSWORD, f'"{ADA}"', ADDRESS):
            self.assertNotIn(told.encode(), event["raw"])

    def test_a_row_that_was_refused_is_not_repeated(self) -> None:
        try:
            refuse()
        except IntegrityError as error:
            self.logger.exception("Not stored: %s", error)
        (event,) = self.told()
        values = event["exception"]["values"]
        self.assertEqual([value["value"] for value in values], [FIRST, FIRST])
        self.assertEqual(event["logentry"], {"message": f"Not stored: {FIRST}"})
        self.assertNotIn(b"Ottoline", event["raw"])

    def test_without_the_list_it_would(self) -> None:
        """The control: what Sentry's client makes of the same error by itself."""
        sentry_sdk.get_client().options["before_send"] = None
        self._fail()
        (event,) = self.told()
        for told in (LINK, PASSWORD, f'"{ADA}"', ADDRESS):
            self.assertIn(told.encode(), event["raw"])

    def test_warnings_are_not_told_and_nothing_without_a_sentry(self) -> None:
        self.logger.warning("Redis is away")
        with self.assertLogs("django.security"):
            logging.getLogger("django.security.SuspiciousFileOperation").error("A probe")
        self.assertEqual(self.told(), [])
        with override_settings(SENTRY_DSN=""):
            self.assertFalse(sentry.begin())

    def _fail(self) -> None:
        request = HttpRequest()
        request.method, request.path, request.META["HTTP_COOKIE"] = "GET", LINK, COOKIE
        try:
            raise ValueError(f"no post for {ADDRESS}")
        except ValueError:
            extra = {"request": request, "status": 500, "name_of": ADA, "with": PASSWORD}
            self.logger.exception("%s: %s", "Failed", "Order 12", extra=extra)
