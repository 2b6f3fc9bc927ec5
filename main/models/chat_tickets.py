"""Tickets: each opens one socket, once, for a client without cookies."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from main.models.orders import Order

TICKET_LASTS = timedelta(seconds=60)


class ChatTicketQuerySet(models.QuerySet["ChatTicket"]):
    def give(self, *, user_id: int, order_id: int, token_digest: str = "") -> str:
        """Create a ticket and return its secret, of which only a digest is stored.

        If an API token asked for it, the socket stays open no longer than the token is valid.
        """
        secret = secrets.token_urlsafe(32)
        now = timezone.now()
        self.filter(expires_at__lt=now).delete()
        self.create(
            digest=_digest(secret),
            token_digest=token_digest,
            user_id=user_id,
            order_id=order_id,
            expires_at=now + TICKET_LASTS,
        )
        return secret

    def take(self, secret: str, *, order_id: int) -> "ChatTicket | None":
        """Use up the ticket and return it; None if it does not exist, is used or has expired."""
        tickets = self.filter(digest=_digest(secret), order=order_id)
        ticket = tickets.filter(expires_at__gte=timezone.now()).first()
        # If two clients present it at once, only one of them deletes the row.
        if ticket is None or not tickets.delete()[0]:
            return None
        return ticket


class ChatTicket(models.Model):
    digest = models.CharField(max_length=64, unique=True)
    token_digest = models.CharField(max_length=128, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    objects = ChatTicketQuerySet.as_manager()

    def __str__(self) -> str:
        return f"A ticket for order {self.order_id}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
