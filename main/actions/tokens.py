"""Tokens of the API: given to who has proved who they are, ended with the reason for them."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from main.models import ChatTicket, User


class SignedOutMeanwhile(Exception):
    """The password was changed or the account closed while the token was asked for."""


@transaction.atomic
def give_token(*, user: User) -> str:
    """A new token, of which only a hash is stored. With too many, the oldest makes room.

    Raises SignedOutMeanwhile unless the account is what it was when `user` was read.
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
    """End every token of the user; return how many there were."""
    return AuthToken.objects.filter(user=user).delete()[0]


def forget_expired_tokens() -> None:
    """Remove what no longer opens anything, and no later sign-in has removed."""
    now = timezone.now()
    AuthToken.objects.filter(expiry__lte=now).delete()
    ChatTicket.objects.filter(expires_at__lt=now).delete()
