"""API tokens: issued to users who have proved their identity, revoked when that no longer holds."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from main.models import ChatTicket, User


class SignedOutMeanwhile(Exception):
    """The password was changed or the account closed while the token was being requested."""


@transaction.atomic
def give_token(*, user: User) -> str:
    """A new token, of which only a hash is stored. Beyond the limit, the oldest is removed.

    Raises SignedOutMeanwhile if the account has changed since `user` was read.
    """
    now = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not now.is_active or now.password != user.password:
        raise SignedOutMeanwhile
    tokens = AuthToken.objects.filter(user=user)
    tokens.filter(expiry__lte=timezone.now()).delete()
    kept = tokens.order_by("-created")[: settings.REST_KNOX["TOKEN_LIMIT_PER_USER"] - 1]
    tokens.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    _, token = AuthToken.objects.create(user=user)
    return token


def revoke_tokens(*, user: User) -> int:
    """Revoke all of the user's tokens; return how many there were."""
    return AuthToken.objects.filter(user=user).delete()[0]


def forget_expired_tokens() -> None:
    """Remove expired API tokens and chat tickets that nothing else has removed yet."""
    now = timezone.now()
    AuthToken.objects.filter(expiry__lte=now).delete()
    ChatTicket.objects.filter(expires_at__lt=now).delete()
