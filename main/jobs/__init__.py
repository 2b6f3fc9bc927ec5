"""Work beside the requests. Jobs are doors, like views: each calls an action or a mail.

A job is put off by its name and stored as `main.jobs.<name>`, so each is named here.
"""

from main.jobs.backfill import fold_old_texts, normalise_old_addresses, take_over_old_orders
from main.jobs.conversations import look_for_unread_replies
from main.jobs.mails import send_mail
from main.jobs.pictures import look_at_pictures, render_pictures
from main.jobs.upkeep import (
    forget_expired_sessions,
    forget_expired_tokens,
    forget_failed_tasks,
    forget_old_checkouts,
    forget_order_origins,
    give_back_tasks,
)

__all__ = [
    "fold_old_texts",
    "forget_expired_sessions",
    "forget_expired_tokens",
    "forget_failed_tasks",
    "forget_old_checkouts",
    "forget_order_origins",
    "give_back_tasks",
    "look_at_pictures",
    "look_for_unread_replies",
    "normalise_old_addresses",
    "render_pictures",
    "send_mail",
    "take_over_old_orders",
]
