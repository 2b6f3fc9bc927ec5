"""manage.py check_mail: one letter to oneself, and in words why it could not be sent."""

import smtplib
import socket
import ssl
from io import StringIO
from typing import Any
from unittest import mock

from django.core import mail
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, override_settings, tag

from main.wording import mails

SMTP = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "smtp.example",
    "EMAIL_PORT": 587,
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
}
ADDRESS = "ada@booktime.example"
PORT = "Port 587 of smtp.example"
FIRST_BYTE = (
    "One that expects encryption from the first byte, as at port 465, wants smtps:// in EMAIL_URL."
)
STARTTLS = "One that uses STARTTLS, as at port 587, wants smtp+tls:// in EMAIL_URL."
REFUSED = "The server refused the letter:"
REASONS = [
    (socket.gaierror(-2, "Not known"), "There is no host named smtp.example."),
    (ConnectionRefusedError(111, "refused"), f"{PORT} does not answer."),
    (
        TimeoutError("timed out"),
        f"{PORT} said nothing within 20 s. Is a firewall there? {FIRST_BYTE}",
    ),
    (OSError(113, "No route to host"), f"{PORT} cannot be reached: No route to host."),
    (ssl.SSLError(1, "wrong version"), f"{PORT} is not encrypted from the first byte. {STARTTLS}"),
    (
        smtplib.SMTPAuthenticationError(535, b"5.7.8 Bad credentials"),
        "The server does not take this user and password: 535 5.7.8 Bad credentials",
    ),
    (
        smtplib.SMTPSenderRefused(550, b"Not yours", "shop@booktime.example"),
        "The server takes nothing from shop@booktime.example: 550 Not yours",
    ),
    (
        smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"Unknown here")}),
        f"The server takes nothing for {ADDRESS}: 550 Unknown here",
    ),
    (smtplib.SMTPDataError(554, b"Spam"), f"{REFUSED} 554 Spam"),
    (smtplib.SMTPServerDisconnected("closed"), f"The server hung up. {FIRST_BYTE}"),
    (
        smtplib.SMTPNotSupportedError("No STARTTLS."),
        "The server cannot do what EMAIL_URL asks for: No STARTTLS.",
    ),
    (smtplib.SMTPException("No"), f"{REFUSED} No"),
]


@tag("once")
@override_settings(**SMTP)
class CheckMailTests(SimpleTestCase):
    def check(self, address: str = ADDRESS, **sending: Any) -> str:
        said = StringIO()
        with mock.patch("smtplib.SMTP", **sending) as self.server:
            call_command("check_mail", address, stdout=said)
        return said.getvalue()

    def refused(self, *given: str, **sending: Any) -> str:
        with self.assertRaises(CommandError) as refused:
            self.check(*given, **sending)
        return str(refused.exception)

    def test_a_letter_that_was_taken_is_told_with_its_route(self) -> None:
        route = "by smtp.example, port 587, encrypted by STARTTLS"
        self.assertIn(f"The letter to {ADDRESS} was taken. It went {route}.\n", self.check())
        sent = self.server.return_value.sendmail.call_args
        self.assertEqual(sent.args[1], [ADDRESS])
        self.assertIn(route.encode(), sent.args[2])

    def test_each_failure_has_its_sentence(self) -> None:
        for error, sentence in REASONS:
            with self.subTest(type(error).__name__):
                self.assertEqual(self.refused(side_effect=error), sentence)

    def test_a_certificate_that_is_not_valid_says_why(self) -> None:
        error = ssl.SSLCertVerificationError()
        error.verify_message = "self-signed certificate"
        said = "The certificate of smtp.example is not valid: self-signed certificate."
        self.assertEqual(mails.reason(error), said)

    def test_only_an_address_gets_a_letter(self) -> None:
        self.assertEqual(self.refused("ada"), "“ada” is not a mail address.")
        self.server.assert_not_called()

    def test_a_shop_that_sends_no_mails_says_so(self) -> None:
        for backend, instead in {
            "console": "printed",
            "filebased": "kept as files",
            "locmem": "kept in memory",
            "dummy": "thrown away",
        }.items():
            name = f"django.core.mail.backends.{backend}.EmailBackend"
            with self.subTest(backend), override_settings(EMAIL_BACKEND=name):
                said = f"Mails go nowhere: they are {instead}. Set EMAIL_URL to a mail server."
                self.assertEqual(self.refused(), said)
        self.assertEqual(mail.outbox, [])

    def test_the_route_tells_how_it_is_encrypted(self) -> None:
        for ssl_, tls, words in (
            (True, False, "encrypted from the first byte"),
            (False, True, "encrypted by STARTTLS"),
            (False, False, "not encrypted"),
        ):
            with override_settings(EMAIL_USE_SSL=ssl_, EMAIL_USE_TLS=tls):
                self.assertEqual(mails.mail_route(), f"by smtp.example, port 587, {words}")
