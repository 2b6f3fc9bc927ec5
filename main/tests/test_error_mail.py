"""Mails about errors: few and short, with nobody's data, and nobody waits for them."""

import logging
import threading
import time
from unittest import mock

from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError
from django.test import SimpleTestCase, override_settings

from booktime.sight import error_mail, log_context
from booktime.sight.error_mail import ErrorMail
from main.tests.support.refused_row import FIRST, refuse


@override_settings(ADMINS=[("Admins", "admins@booktime.example")], GIT_REV="abc123")
class ErrorMailTests(SimpleTestCase):
    def setUp(self) -> None:
        cache.clear()
        self.handler = ErrorMail()
        self.logger = logging.Logger("main.tests")  # noqa: LOG001 - nobody else’s
        self.logger.addHandler(self.handler)
        self.clock = self.enterContext(mock.patch.object(error_mail.time, "monotonic"))
        self.clock.return_value = self.now = 1000.0

    def fail(self, message: str = "It failed", *, where: int = 0) -> None:
        try:
            _FAULTS[where]()
        except (ValueError, IntegrityError):
            self.logger.exception(message)
        self.sent()

    def sent(self) -> list:
        self.handler._reports.join()
        return mail.outbox

    def wait(self, seconds: float) -> None:
        self.clock.return_value += seconds
        cache.clear()  # whose clock is its own

    def test_it_says_what_where_and_which_request(self) -> None:
        with log_context.about(route="checkout", request_id="r" * 16, user_id=7):
            self.fail("Order of ada@booktime.example failed")
        (sent,) = self.sent()
        self.assertEqual(sent.subject, "[Booktime] ValueError in checkout")
        self.assertEqual(sent.to, ["admins@booktime.example"])
        for line in (
            "Order of [address] failed",
            "revision: abc123",
            "route: checkout",
            "request_id: rrrrrrrrrrrrrrrr",
            "ValueError: no post for [address]",
        ):
            self.assertIn(line, sent.body.splitlines())
        self.assertIn("in _first_fault", sent.body)
        self.assertNotIn("hunter2", sent.body)

    def test_a_row_that_was_refused_is_not_repeated(self) -> None:
        self.fail(where=2)
        (sent,) = self.sent()
        self.assertIn(f"django.db.utils.IntegrityError: {FIRST}", sent.body.splitlines())
        self.assertNotIn("Ottoline", sent.body)

    def test_who_knocks_as_nobody_should_is_no_error(self) -> None:
        self.logger.name = "django.security.SuspiciousFileOperation"
        self.fail()
        self.assertEqual(self.sent(), [])

    def test_the_same_error_is_mailed_once_in_ten_minutes(self) -> None:
        for _ in range(5):
            self.fail()
        self.assertEqual(len(self.sent()), 1)
        self.fail(where=1)
        self.assertEqual(len(self.sent()), 2)
        self.wait(601)
        self.fail()
        self.assertIn("And 4 more of the same since", self.sent()[2].body)

    def test_another_process_has_mailed_it(self) -> None:
        self.fail()
        other = ErrorMail()
        self.logger.handlers = [other]
        self.handler = other
        self.fail()
        self.assertEqual(len(self.sent()), 1)

    def test_there_are_twenty_an_hour_at_most(self) -> None:
        for number in range(25):
            self.logger.error(f"Kind {number} of trouble")  # noqa: G004 - each an error of its own
        self.assertEqual(len(self.sent()), 20)
        self.wait(3601)
        self.fail()
        self.assertIn("And 5 more errors that were not mailed.", self.sent()[20].body)

    def test_nobody_waits_for_the_mail_server(self) -> None:
        answers = threading.Event()
        self.addCleanup(answers.set)
        with mock.patch.object(error_mail, "mail_admins", side_effect=lambda *a: answers.wait(5)):
            begun = time.perf_counter()
            for number in range(100):
                self.logger.error(f"Kind {number} of trouble")  # noqa: G004
            self.assertLess(time.perf_counter() - begun, 1)
            answers.set()
            self.sent()

    def test_a_mail_server_that_refuses_does_no_harm(self) -> None:
        refused = mock.patch.object(error_mail, "mail_admins", side_effect=OSError("refused"))
        with refused, self.assertLogs("booktime.sight.error_mail", "WARNING") as logs:
            self.fail()
        said = [record.getMessage() for record in logs.records]
        self.assertEqual(said, ["An error could not be mailed: refused"])
        self.fail(where=1)
        self.assertEqual(len(self.sent()), 1)

    @override_settings(ADMINS=[])
    def test_nobody_is_told_where_there_is_nobody(self) -> None:
        self.fail()
        self.assertEqual(self.sent(), [])


def _first_fault() -> None:
    password = "hunter2"
    raise ValueError("no post for ada@booktime.example" * bool(password))


def _second_fault() -> None:
    raise ValueError("another")


_FAULTS = [_first_fault, _second_fault, refuse]
