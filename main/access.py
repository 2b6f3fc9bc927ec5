"""Who may use the staff's doors: it takes the right, a sign-in of today, and a second factor.

Checked on every request, so that a session or token is worthless as soon as its owner's rights
end. main.models.staff_roles says who has which right.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from main.models import User
from main.models.staff_roles import Right

View = Callable[..., HttpResponse]
SIGNED_IN_AT = "signed_in_at"
# Recovery codes replace a factor that was lost; on their own they are not one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_TOO_LONG = "You signed in some time ago. Staff sign in again each working day."


def may(user: User | AnonymousUser, right: Right) -> bool:
    return user.is_authenticated and user.has_right(right)


def has_proved(request: Any) -> bool:
    """Whether this session or token carries recent and sufficient proof to be let in as staff.

    `request` is a page's, the API's or a socket's: it has a `session` or an `auth` token.
    """
    token = getattr(request, "auth", None)
    if token is not None:
        return not settings.STAFF_SECOND_FACTOR or _given_for_more_than_a_password(token)
    if not _signed_in_today(request):
        return False
    return not settings.STAFF_SECOND_FACTOR or _signed_in_by_more_than_a_password(request)


def refusal(request: HttpRequest, right: Right) -> HttpResponse | None:
    """None if they may enter, or else a redirect to do what is missing. Raises PermissionDenied."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may(request.user, right):
        raise PermissionDenied
    if has_proved(request):
        return None
    if _signed_in_today(request):
        return _way_to_prove(request)
    logout(request)
    messages.info(request, _TOO_LONG)
    return redirect_to_login(request.get_full_path())


def staff_only(right: Right) -> Callable[[View], View]:
    """Restricts a view to users with the right."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return refusal(request, right) or view(request, *args, **kwargs)

        return guarded

    return decorate


def wants_factor(user: User) -> bool:
    """Whether this member of staff must set up a second factor before they can enter."""
    return settings.STAFF_SECOND_FACTOR and bool(user.rights) and not _factors_of(user)


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Store the time in the session; a sign-in for a token has none."""
    if SESSION_KEY in request.session:
        request.session[SIGNED_IN_AT] = time.time()
        limit_session(request, user)


def limit_session(request: HttpRequest, user: User) -> None:
    """Staff are not kept signed in for weeks, whatever they ticked."""
    if not user.is_authenticated or not (user.is_staff or user.is_superuser):
        return
    if not request.session.get_expire_at_browser_close():
        request.session.set_expiry(timezone.now() + settings.STAFF_SESSION)


def note_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Setting up a factor counts as proving it: its code would not be accepted twice anyway."""
    record_authentication(
        request, authenticator.user, "mfa", id=authenticator.pk, type=authenticator.type
    )


def has_used_factor(request: HttpRequest) -> bool:
    """Whether any factor was used in this session, even one removed since."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def _signed_in_today(request: HttpRequest) -> bool:
    age = time.time() - request.session.get(SIGNED_IN_AT, 0)
    return age < settings.STAFF_SESSION.total_seconds()


def _signed_in_by_more_than_a_password(request: HttpRequest) -> bool:
    """A proof lasts as long as its factor exists: a removed factor proves nothing."""
    known = dict(Authenticator.objects.filter(user=request.user).values_list("pk", "type"))
    if not set(FACTORS) & set(known.values()):
        return False
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record.get("id") in known for record in records)


def _given_for_more_than_a_password(token: Any) -> bool:
    """Users with a factor only get a token for its code, so the token must be younger than it."""
    factors = Authenticator.objects.filter(user=token.user_id, type__in=FACTORS)
    return factors.filter(created_at__lte=token.created).exists()


def _factors_of(user: User | AnonymousUser) -> list[str]:
    factors = Authenticator.objects.filter(user=user, type__in=FACTORS)
    return list(factors.values_list("type", flat=True))


def _way_to_prove(request: HttpRequest) -> HttpResponse:
    """Redirect to the factor that they have, or to setting one up, and then back."""
    factors = _factors_of(request.user)
    if not factors:
        name = "mfa_index"
    elif Authenticator.Type.TOTP in factors:
        name = "mfa_reauthenticate"
    else:
        name = "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
