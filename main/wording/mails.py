"""How mails go, and why one could not be sent."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

from django.conf import settings

# What becomes of mails by Django's other backends, by the last but one part of their path.
_NOT_SENT = {
    "console": "printed",
    "filebased": "kept as files",
    "locmem": "kept in memory",
    "dummy": "thrown away",
}
_FROM_THE_FIRST_BYTE = (
    "One that expects encryption from the first byte, as at port 465, wants smtps:// in EMAIL_URL."
)
_BY_STARTTLS = "One that uses STARTTLS, as at port 587, wants smtp+tls:// in EMAIL_URL."


def is_sending() -> bool:
    """Whether mails go to a mail server."""
    return _backend() not in _NOT_SENT


def mail_route() -> str:
    """“by smtp.example, port 465, encrypted from the first byte”, or what becomes of mails."""
    if not is_sending():
        return f"nowhere: they are {_NOT_SENT[_backend()]}"
    where = f"by {settings.EMAIL_HOST}, port {settings.EMAIL_PORT}"
    if settings.EMAIL_USE_SSL:
        return f"{where}, encrypted from the first byte"
    return f"{where}, {'encrypted by STARTTLS' if settings.EMAIL_USE_TLS else 'not encrypted'}"


def no_server() -> str:
    return f"Mails go {mail_route()}. Set EMAIL_URL to a mail server."


def trial_text() -> str:
    """The letter with which the mail server is tried."""
    return f"Mails from the shop at {settings.SITE_URL} arrive. They go {mail_route()}."


def reason(error: OSError) -> str:
    """What went wrong between us and the mail server, and what may mend it."""
    words = next(_REASONS[kind] for kind in type(error).__mro__ if kind in _REASONS)
    return words(error)


def _silent(error: OSError) -> str:
    hint = "" if settings.EMAIL_USE_SSL else f" {_FROM_THE_FIRST_BYTE}"
    return f"{_port()} said nothing within {settings.EMAIL_TIMEOUT} s. Is a firewall there?{hint}"


def _refused_address(error: smtplib.SMTPRecipientsRefused) -> str:
    address, answer = next(iter(error.recipients.items()))
    return f"The server takes nothing for {address}: {_said(*answer)}"


def _backend() -> str:
    return settings.EMAIL_BACKEND.split(".")[-2]


def _port() -> str:
    return f"Port {settings.EMAIL_PORT} of {settings.EMAIL_HOST}"


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


# The most fitting class of an error counts.
_REASONS: dict[type, Callable[[Any], str]] = {
    socket.gaierror: lambda _: f"There is no host named {settings.EMAIL_HOST}.",
    ConnectionRefusedError: lambda _: f"{_port()} does not answer.",
    TimeoutError: _silent,
    ssl.SSLCertVerificationError: lambda error: (
        f"The certificate of {settings.EMAIL_HOST} is not valid: {error.verify_message}."
    ),
    ssl.SSLError: lambda _: f"{_port()} is not encrypted from the first byte. {_BY_STARTTLS}",
    smtplib.SMTPServerDisconnected: lambda _: f"The server hung up. {_FROM_THE_FIRST_BYTE}",
    smtplib.SMTPNotSupportedError: lambda error: (
        f"The server cannot do what EMAIL_URL asks for: {error}"
    ),
    smtplib.SMTPAuthenticationError: lambda error: (
        "The server does not take this user and password: "
        + _said(error.smtp_code, error.smtp_error)
    ),
    smtplib.SMTPSenderRefused: lambda error: (
        f"The server takes nothing from {error.sender}: {_said(error.smtp_code, error.smtp_error)}"
    ),
    smtplib.SMTPRecipientsRefused: _refused_address,
    smtplib.SMTPResponseException: lambda error: (
        f"The server refused the letter: {_said(error.smtp_code, error.smtp_error)}"
    ),
    smtplib.SMTPException: lambda error: f"The server refused the letter: {error}",
    OSError: lambda error: f"{_port()} cannot be reached: {error.strerror or error}.",
}
