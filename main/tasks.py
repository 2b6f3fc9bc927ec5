"""Work beside the request, each a small task, retried when it fails.

With the database backend a task is stored in the transaction that asks for it, so neither can be
without the other; `manage.py run_worker` runs it. The immediate backend runs it after the commit.
"""

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Timer
from typing import Any

from django.db import OperationalError, close_old_connections, connections, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import Task
from pictures.tasks import process_picture

from booktime.sight.outages import DATABASE_ERRORS
from main import emails
from main.models import unread_replies

logger = logging.getLogger(__name__)
# Seconds to wait before the second, third ... attempt: together a little over a day.
RETRY_AFTER = (30, 120, 600, 3600, 6 * 3600, 18 * 3600)


class NotStored(OperationalError):
    """Neither done nor stored to be tried again: the database is away."""


def enqueue(job: Task, **arguments: Any) -> None:
    """Have `job` done if, and only if, the surrounding transaction commits."""
    if isinstance(job.get_backend(), ImmediateBackend):
        transaction.on_commit(lambda: job.enqueue(**arguments))
    else:
        job.enqueue(**arguments)


def enqueue_at(at: datetime, job: Task, **arguments: Any) -> None:
    """Have `job` done at `at` if the surrounding transaction commits.

    Without a stored queue the process itself waits: what waits in it ends with it.
    """
    if job.get_backend().supports_defer:
        job.using(run_after=at).enqueue(**arguments)
        return
    delay = max(0.0, (at - timezone.now()).total_seconds())
    timer = Timer(delay, _run_late, [job, arguments])
    timer.daemon = True
    transaction.on_commit(timer.start)


def _run_late(job: Task, arguments: dict) -> None:
    """In a thread of its own, whose connection to the database ends with it."""
    try:
        job.enqueue(**arguments)
    finally:
        connections.close_all()


def retried(work: Callable[..., None]) -> Task:
    """Make `work` a task that is tried again, later and later, when it raises."""

    @functools.wraps(work)
    def attempt_work(*, attempt: int = 0, **arguments: Any) -> None:
        try:
            work(**arguments)
        except Exception:
            _try_again(job, attempt=attempt, arguments=arguments)
            raise  # the backend keeps the failed attempt with its traceback

    job = task(attempt_work)
    return job


def _try_again(job: Task, *, attempt: int, arguments: dict) -> None:
    if attempt >= len(RETRY_AFTER) or not job.get_backend().supports_defer:
        # Not with its arguments: a mail about an account carries a link that opens it.
        logger.error("Task %s failed for good.", job.name)
        return
    later = timezone.now() + timedelta(seconds=RETRY_AFTER[attempt])
    try:
        close_old_connections()  # the database may be what failed, and be back
        job.using(run_after=later).enqueue(attempt=attempt + 1, **arguments)
    except DATABASE_ERRORS as error:
        raise NotStored(*error.args) from error


@retried
def send_order_placed_email(*, order_id: int) -> None:
    emails.send("order_placed", order_id=order_id)


@retried
def send_order_paid_email(*, order_id: int) -> None:
    emails.send("order_paid", order_id=order_id)


@retried
def send_order_lines_sent_email(*, order_id: int, line_ids: list[int]) -> None:
    emails.send("order_lines_sent", order_id=order_id, line_ids=line_ids)


@retried
def send_payment_revoked_email(*, order_id: int, credit_note_id: int | None) -> None:
    emails.send("payment_revoked", order_id=order_id, credit_note_id=credit_note_id)


@retried
def send_order_lines_cancelled_email(
    *,
    order_id: int,
    line_ids: list[int],
    charge_ids: list[int] | None = None,
    credit_note_id: int | None,
) -> None:
    emails.send(
        "order_lines_cancelled",
        order_id=order_id,
        line_ids=line_ids,
        charge_ids=charge_ids or [],
        credit_note_id=credit_note_id,
    )


@retried
def send_order_cancelled_email(*, order_id: int, credit_note_id: int | None) -> None:
    emails.send("order_cancelled", order_id=order_id, credit_note_id=credit_note_id)


@retried
def send_contact_email(*, name: str, email: str, message: str) -> None:
    emails.send("contact_requested", name=name, email=email, message=message)


@retried
def send_account_email(*, email: str, subject: str, text: str) -> None:
    emails.send("account_mail_written", email=email, subject=subject, text=text)


@retried
def look_for_unread_replies(*, order_id: int) -> None:
    """Mail what staff wrote and the customer has not read: once, and not before its time."""
    with transaction.atomic():
        due = unread_replies.claim(order_id=order_id)
        if due.again_at:
            enqueue_at(due.again_at, look_for_unread_replies, order_id=order_id)
        if due.upto:
            enqueue(send_replies_unread_email, order_id=order_id, after=due.after, upto=due.upto)


@retried
def send_replies_unread_email(*, order_id: int, after: int, upto: int) -> None:
    emails.send("replies_unread", order_id=order_id, after=after, upto=upto)


@retried
def render_pictures(**arguments: Any) -> None:
    """Make new renditions of one picture and remove old ones (django-pictures' arguments)."""
    process_picture(**arguments)


def make_renditions(**arguments: Any) -> None:
    """The processor that django-pictures calls when a picture is saved or deleted."""
    enqueue(render_pictures, **arguments)
