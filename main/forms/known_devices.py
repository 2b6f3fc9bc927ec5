"""Devices on which somebody has signed in: a signed cookie names the accounts, but opens none.

It ends with the password: whoever knew the old one may have had such a cookie made.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from main.models import User

ACCOUNTS = 5  # per device; the one unused for longest is forgotten
LASTS = 365 * 24 * 3600  # seconds since somebody last signed in there
_SALT = "booktime.known_device"


def known_device(request: HttpRequest, *, email: str) -> str:
    """The device's name if the account of this address is or was signed in there, or else ""."""
    if request.user.is_authenticated and request.user.email == email:
        return f"session {request.session.session_key}"
    device, marks = _read(request)
    known = (user_marked(pk, mark) for pk, mark in marks.items())
    return device if any(user and user.email == email for user in known) else ""


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """From now on, strangers' wrong passwords do not keep the user out on this device."""
    device, marks = _read(request)
    marks.pop(user.pk, None)
    newest = [*marks.items(), (user.pk, mark_of(user))][-ACCOUNTS:]
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE,
        signing.dumps([device or secrets.token_hex(8), newest], salt=_SALT),
        max_age=LASTS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def mark_of(user: User) -> str:
    """What proves that they signed in; it changes with the password."""
    return salted_hmac(_SALT, f"{user.pk} {user.password}", algorithm="sha256").hexdigest()[:32]


def user_marked(pk: int, mark: str) -> User | None:
    user = User.objects.filter(pk=pk).first()
    return user if user and constant_time_compare(mark, mark_of(user)) else None


def _read(request: HttpRequest) -> tuple[str, dict[int, str]]:
    try:
        sent = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE, "")
        device, marks = signing.loads(sent, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return "", {}
    return device, dict(marks)
