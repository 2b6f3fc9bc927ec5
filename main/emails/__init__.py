"""Every e-mail that the shop sends: a function for each event, and `send`, given event and ids."""

from main.emails import accounts, contact, conversations, orders  # noqa: F401, they declare theirs
from main.emails.letters import MAILS, send

__all__ = ["MAILS", "send"]
