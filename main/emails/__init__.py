"""Every e-mail that the shop sends, a function per event; `send` takes the event and its ids."""

from main.emails import accounts, contact, conversations, orders  # noqa: F401, they declare theirs
from main.emails.letters import MAILS, send

__all__ = ["MAILS", "send"]
