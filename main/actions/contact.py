"""Visitors' messages to customer service."""

from django.db import transaction

from main import events


@transaction.atomic
def request_contact(*, name: str, email: str, message: str) -> None:
    """Pass the message to customer service; nothing is stored once the mail is on its way."""
    events.contact_requested(name=name, email=email, message=message)
