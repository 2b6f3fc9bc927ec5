"""How often one may try to prove who one is, by password or code.

Strangers must not shut out an account's owner. So a client is refused for its own mistakes only,
and a device on which the owner has signed in before counts by itself, wherever it is. As many
addresses could otherwise guess for ever, all unknown devices together have a limit as well.
"""

from dataclasses import dataclass, field

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

from main.forms.known_devices import known_device

PASSWORD, CODE = "password", "code"


@dataclass
class Attempt:
    """One attempt. It counts as failed unless `succeeded` is called."""

    usages: list[ratelimit.RateLimitUsage] = field(default_factory=list)
    is_beyond: bool = False  # unknown devices have failed too often, this one perhaps never before

    def succeeded(self) -> None:
        for usage in self.usages:
            usage.rollback()


def count_attempt(request: HttpRequest, *, email: str, proof: str) -> Attempt:
    """Count an attempt at the account of this address. Raises ValidationError if it is too many."""
    attempt = Attempt()
    account = f"{proof} {email}"
    if device := known_device(request, email=email):
        _count(attempt, request, "known_device", f"{account} {device}")
        return attempt
    _count(attempt, request, "client")
    _count(attempt, request, "account_by_client", f"{account} {ratelimit.get_ip(request)}")
    usage = _consume(request, f"account_by_{proof}", account)
    attempt.usages += [usage] if usage else []
    attempt.is_beyond = usage is None
    return attempt


def forget_attempts(request: HttpRequest, *, email: str) -> None:
    """Whoever chose a new password from the account's own mailbox begins afresh."""
    for name, key in (
        ("account_by_client", f"{PASSWORD} {email} {ratelimit.get_ip(request)}"),
        ("account_by_password", f"{PASSWORD} {email}"),
    ):
        ratelimit.clear(request, app="main", action=name, config=settings.SIGN_IN_LIMITS, key=key)


def may_ask(request: HttpRequest, *, email: str) -> bool:
    """Whether this client may send the login form again, however it ends."""
    return bool(known_device(request, email=email)) or _consume(request, "form") is not None


def may_mail_link(request: HttpRequest, *, email: str) -> bool:
    return _consume(request, "device_mail", email) is not None


def _count(attempt: Attempt, request: HttpRequest, name: str, key: str = "") -> None:
    usage = _consume(request, name, key)
    if usage is None:
        raise get_adapter(request).validation_error("too_many_login_attempts")
    attempt.usages.append(usage)


def _consume(request: HttpRequest, name: str, key: str = "") -> ratelimit.RateLimitUsage | None:
    limits = settings.SIGN_IN_LIMITS
    return ratelimit.consume(request, app="main", action=name, config=limits, key=key)
