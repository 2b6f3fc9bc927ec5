"""Every e-mail that the shop sends: a function for each event, and `send`, given event and ids."""

from main.emails import (  # noqa: F401, they declare theirs
    accounts,
    contact,
    conversations,
    orders,
    payments,
)
from main.emails.letters import MAILS, send

__all__ = ["MAILS", "send"]
