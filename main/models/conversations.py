"""The conversation about an order: one timeline of what was said and what happened to it."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When

from main.errors import MessageRefused
from main.models.one_line import shows_nothing
from main.models.orders import Order
from main.models.participants import Participant, Role, who

LONGEST = 4000  # characters
_PREVIEW = 140
# Some programs end lines with a vertical tab, a form feed or a “next line”.
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x85]")
# Control characters except \n and \t, and lone surrogates (half characters): pasted text may bring
# them along unnoticed.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def locked(self) -> "ConversationQuerySet":
        """Lock the rows until the transaction ends; message numbers need this lock."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def waiting(self) -> "ConversationQuerySet":
        """Conversations in which the customer spoke last."""
        return self.filter(waiting_since__isnull=False)

    def open(self) -> "ConversationQuerySet":
        """Customer service's list: the customer is waiting, or a colleague looks after it."""
        return self.filter(closed_at=None).filter(
            Q(waiting_since__isnull=False) | Q(assignee__isnull=False)
        )

    def most_urgent_first(self) -> "ConversationQuerySet":
        """Waiting customers first; then by the earliest dispatch date and the longest wait."""
        deadline = Case(When(order__status=Order.Status.PAID, then=F("order__dispatch_by")))
        is_waiting = Case(When(waiting_since__isnull=False, then=0), default=1)
        return self.annotate(is_waiting=is_waiting, deadline=deadline).order_by(
            "is_waiting",
            F("deadline").asc(nulls_last=True),
            F("waiting_since").asc(nulls_last=True),
            "-changed_at",
            "pk",
        )


class Conversation(models.Model):
    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="conversation"
    )
    head = models.PositiveIntegerField(default=0, help_text="The number of the last message.")
    waiting_since = models.DateTimeField(null=True, blank=True)
    # The last thing that somebody said, for lists: who said it, and its beginning.
    last_role = models.CharField(max_length=8, choices=Role, blank=True)
    last_text = models.CharField(max_length=_PREVIEW, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="looked after by",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mailed_upto = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["waiting_since"],
                condition=Q(waiting_since__isnull=False),
                name="conversation_waiting",
            ),
            models.Index(
                fields=["assignee"],
                condition=Q(assignee__isnull=False, closed_at=None),
                name="conversation_of_assignee",
            ),
            models.Index(fields=["changed_at"], name="conversation_by_change"),
        ]

    def __str__(self) -> str:
        return f"Conversation about order {self.order.number}"

    def follow(self, message: "Message") -> None:
        """Update the state after this message."""
        turn = Turn(self.waiting_since, self.assignee_id, self.closed_at is not None)
        turn = turn.after(message.role, at=message.at, author=message.author_id)
        self.waiting_since, self.assignee_id = turn.waiting_since, turn.assignee
        if not turn.is_closed:
            self.closed_at = None
        self.last_role, self.last_text = message.role, message.text[:_PREVIEW]


class Turn(NamedTuple):
    """Whose turn it is: since when the customer has been waiting, and who looks after it.

    The same rule serves stored rows and socket frames, which represent times and people
    differently.
    """

    waiting_since: Any
    assignee: Any
    is_closed: bool

    def after(self, role: str, *, at: Any, author: Any) -> "Turn":
        """The turn after somebody in this role has said something."""
        if role == Role.SYSTEM:
            return self
        if role == Role.CUSTOMER:
            return Turn(self.waiting_since or at, self.assignee, is_closed=False)
        return Turn(None, self.assignee or author, is_closed=False)


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, order_id: int) -> "MessageQuerySet":
        return self.filter(conversation=order_id)

    def after(self, seq: int) -> "MessageQuerySet":
        return self.filter(seq__gt=seq).order_by("seq")

    def said_by(self, author: Participant) -> "MessageQuerySet":
        """Messages by the customer, signed in or not, or by this member of staff."""
        own = {"author": author.user_id} if author.is_staff else {}
        return self.filter(kind=Message.Kind.TEXT, role=author.role, **own)

    def before(self, seq: int) -> "MessageQuerySet":
        """Earlier messages, newest first."""
        return self.filter(seq__lt=seq).order_by("-seq")


class Message(models.Model):
    """Written once, never changed, except for the values of old facts (main.actions.backfill)."""

    class Kind(models.TextChoices):
        TEXT = "text", "text"
        SYSTEM = "system", "system"

    class Fact(models.TextChoices):
        PLACED = "placed", "placed"
        PAID = "paid", "paid"
        PART_PAID = "part_paid", "partly paid"
        OVERPAID = "overpaid", "paid too much"
        UNPAID = "unpaid", "not paid after all"
        SENT = "sent", "sent"
        CANCELLED = "cancelled", "cancelled"
        REFUNDED = "refunded", "refunded"
        PAID_BACK = "paid_back", "paid back"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    seq = models.PositiveIntegerField(help_text="1, 2, 3 ... in its conversation, without gaps.")
    cid = models.UUIDField(null=True, help_text="The sender's own key: sent twice, kept once.")
    kind = models.CharField(max_length=6, choices=Kind)
    fact = models.CharField(max_length=9, choices=Fact, blank=True)
    role = models.CharField(max_length=8, choices=Role)
    # None for a guest or the shop.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    author_name = models.CharField(max_length=150)
    # A fact's values, from which main.wording.facts makes the text; None if somebody spoke.
    values = models.JSONField(null=True, blank=True)
    text = models.TextField()
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of what was typed.")
    # For a reply that ended a wait: how long the customer waited, in opening hours.
    waited = models.DurationField(null=True)
    at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
            models.UniqueConstraint(fields=["conversation", "cid"], name="message_cid"),
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=Q(waited__isnull=False), name="message_ended_wait"
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"

    @property
    def who(self) -> str:
        return who(self.role, self.author_id)


class ReadCursor(models.Model):
    """Up to which message a participant has read; the customer's cursor has no reader."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_cursors"
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    upto = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "reader"],
                condition=Q(reader__isnull=False),
                name="read_cursor_of_staff",
            ),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(reader=None),
                name="read_cursor_of_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} has read up to {self.upto}"

    @property
    def who(self) -> str:
        return who(Role.STAFF if self.reader_id else Role.CUSTOMER, self.reader_id)


def iso(at: datetime) -> str:
    """In UTC, to the millisecond, so that all clients parse it alike."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def clean_text(text: object) -> str:
    """The text to store: line ends normalised, invisible characters removed.

    Raises MessageRefused with the reason.
    """
    if not isinstance(text, str):
        raise MessageRefused("bad_text", "A message must be text.")
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).strip()
    if shows_nothing(text):
        raise MessageRefused("empty", "Please write a message first.")
    if len(text) > LONGEST:
        raise MessageRefused(
            "too_long", f"A message has at most {LONGEST:,} characters; this one has {len(text):,}."
        )
    return text


def fingerprint(text: str) -> str:
    """Identifies a text that is sent again, even if its placeholders were filled in when stored."""
    return hashlib.sha256(text.encode()).hexdigest()
