"""Who may open a socket: by the session of its cookie, or by a ticket, once.

Checked again for as long as the socket is open. Nothing is written here: Django's own way to find a
session's user may end or renew the session, and a socket could not hand out the new cookie.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.contrib.auth.models import AnonymousUser
from django.http import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from knox.models import AuthToken

from booktime.sight.close_codes import FORBIDDEN, SIGN_IN
from main.access import has_proved, may
from main.conversation_access import Asker, participant_in
from main.models import ChatTicket, Participant
from main.models.staff_roles import Right


class NotAdmitted(Exception):
    """`code`, the close code, says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Credential:
    """What a socket shows at each check: a session, or the user of its ticket with their proofs."""

    session_key: str = ""
    user_id: int | None = None
    proof: str = ""
    token_digest: str = ""

    @property
    def session_digest(self) -> str:
        return digest_of(self.session_key)


def digest_of(session_key: str) -> str:
    """Announces a session's end without its key: whoever knows the key has the session."""
    return hashlib.sha256(session_key.encode()).hexdigest() if session_key else ""


def session_key_of(scope: Mapping[str, Any]) -> str:
    """The session key in the cookie; empty if there is no valid one."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        key = parse_cookie(cookies.decode("latin1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        key = None
    return _session(key).session_key or ""


def admit(order_id: int, credential: Credential) -> Participant:
    """Raises NotAdmitted."""
    asker = asker_of(credential)
    participant = participant_in(order_id, asker)
    if participant:
        return participant
    is_stale = may(asker.user, Right.ANSWER_CUSTOMERS) and not has_proved(asker)
    is_known = asker.user.is_authenticated and not is_stale
    raise NotAdmitted(FORBIDDEN if is_known else SIGN_IN)


def admit_by_ticket(order_id: int, ticket: str) -> tuple[Participant, Credential]:
    """Use up the ticket. Raises NotAdmitted."""
    taken = ChatTicket.objects.take(ticket, order_id=order_id)
    user = get_user_model().objects.filter(pk=taken.user_id).first() if taken else None
    if taken is None or user is None:
        raise NotAdmitted(SIGN_IN)
    proof = user.get_session_auth_hash()
    credential = Credential(user_id=user.pk, proof=proof, token_digest=taken.token_digest)
    return admit(order_id, credential), credential


def asker_of(credential: Credential) -> Asker:
    if credential.user_id:
        return _asker_of_ticket(credential)
    session = _session(credential.session_key)
    return Asker(_user_of_session(session), session)


def _session(key: str | None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key or None)


def _asker_of_ticket(credential: Credential) -> Asker:
    """Valid until the user is locked out, changes their password, or loses the token behind it.

    Staff need the token's proof, as at the API's doors.
    """
    user = get_user_model().objects.filter(pk=credential.user_id or 0, is_active=True).first()
    token = _token_of(credential)
    is_lost = credential.token_digest and token is None
    if user is None or is_lost or not _is_proved(user, credential.proof):
        return Asker(AnonymousUser(), {})
    return Asker(user, {}, auth=token)


def _token_of(credential: Credential) -> AuthToken | None:
    if not credential.token_digest:
        return None
    tokens = AuthToken.objects.filter(user=credential.user_id, digest=credential.token_digest)
    return tokens.exclude(expiry__lte=timezone.now()).first()


def _user_of_session(session: Any) -> Any:
    backend = session.get(BACKEND_SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return AnonymousUser()
    user = load_backend(backend).get_user(session.get(SESSION_KEY))
    return user if user and _is_proved(user, session.get(HASH_SESSION_KEY)) else AnonymousUser()


def _is_proved(user: Any, proof: str | None) -> bool:
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(proof or "", known) for known in hashes)
