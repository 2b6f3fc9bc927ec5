"""Stores what is said about an order and what happens to it, in the same sequence for everyone."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from main import events
from main.actions.unread_replies import look_later
from main.errors import MessageRefused
from main.models import Conversation, Message, Order, Participant, ReadCursor, Role
from main.models.canned_replies import fill_in, placeholders_in
from main.models.conversations import clean_text, fingerprint
from main.models.opening_hours import open_between
from main.models.participants import SHOP
from main.wording.facts import Values, fact_text
from main.wording.replies import date_missing, placeholder_values


class Posted(NamedTuple):
    message: Message
    is_repeat: bool


def join_conversation(*, order_id: int, author: Participant) -> None:
    """Note on the order which member of staff last joined or wrote."""
    if author.is_staff:
        known = Order.objects.filter(pk=order_id).exclude(last_spoken_to=author.user_id)
        known.update(last_spoken_to=author.user_id)


@transaction.atomic
def post_message(*, order_id: int, cid: UUID, text: str, author: Participant) -> Posted:
    """Store what somebody says; return it with its number.

    A `cid` sent several times makes one message; later calls return it as a repeat. Raises
    MessageRefused and stores nothing if the text is empty or too long, a placeholder has no value
    for this order, or the cid is known with another text or author.
    """
    text = clean_text(text)
    # The order's row before the conversation's, as wherever both are locked.
    join_conversation(order_id=order_id, author=author)
    conversation = open_conversation(order_id=order_id)
    known = Message.objects.of(order_id).filter(cid=cid).first()
    if known:
        if known.fingerprint != fingerprint(text) or known.who != author.who:
            raise MessageRefused(
                "cid_taken", "Another message has already been sent with this key."
            )
        return Posted(known, is_repeat=True)
    now = timezone.now()
    message = Message.objects.create(
        conversation=conversation,
        seq=_next(conversation),
        cid=cid,
        kind=Message.Kind.TEXT,
        role=author.role,
        author_id=author.user_id,
        author_name=author.name,
        text=_filled_in(text, order_id, author) if author.is_staff else text,
        fingerprint=fingerprint(text),
        waited=_waited(conversation, now) if author.is_staff else None,
        at=now,
    )
    _follow(conversation, message)
    events.message_posted(order_id=order_id, seq=message.seq)
    return Posted(message, is_repeat=False)


@transaction.atomic
def record_fact(
    *, order_id: int, fact: Message.Fact, values: Values | None = None, at: datetime | None = None
) -> Message:
    """Store what happened to the order, in the transaction in which it happens.

    `values` are those of the fact's kind (main.wording.facts).
    """
    conversation = open_conversation(order_id=order_id)
    message = _write_fact(conversation, seq=_next(conversation), fact=fact, values=values, at=at)
    conversation.save(update_fields=["head", "changed_at"])
    events.message_posted(order_id=order_id, seq=message.seq)
    return message


@transaction.atomic
def mark_read(*, order_id: int, reader: Participant, upto: int) -> int:
    """Store up to which message this side has read and return that; it never decreases."""
    conversation = open_conversation(order_id=order_id)
    upto = min(max(upto, 0), conversation.head)
    cursor, _ = ReadCursor.objects.get_or_create(
        conversation=conversation, reader_id=reader.reader_id
    )
    if cursor.upto >= upto:
        return cursor.upto
    cursor.upto = upto
    cursor.save(update_fields=["upto"])
    conversation.changed_at = timezone.now()
    conversation.save(update_fields=["changed_at"])
    events.messages_read(order_id=order_id, who=reader.who, upto=upto)
    return upto


def touch_conversation(*, order_id: int) -> None:
    """Refresh the order's row in customer service's list, although nobody said anything."""
    if Conversation.objects.filter(pk=order_id).update(changed_at=timezone.now()):
        events.customer_service_changed(order_id=order_id)


def open_conversation(*, order_id: int) -> Conversation:
    """The order's conversation, locked until the transaction ends; begun if there was none."""
    conversations = Conversation.objects.locked().filter(pk=order_id)
    conversation = conversations.first()
    if conversation is None:
        # If two requests begin it at once, the second waits here and then finds it.
        order = Order.objects.locked().get(pk=order_id)
        conversation = conversations.first() or begin_conversation(order=order)
    return conversation


def begin_conversation(*, order: Order) -> Conversation:
    """Its first message says that the order was placed. The order is new, or its row locked."""
    conversation = Conversation(order=order, changed_at=order.created_at, head=1)
    conversation.save(force_insert=True)
    _write_fact(
        conversation,
        seq=1,
        fact=Message.Fact.PLACED,
        at=order.created_at,
    )
    return conversation


def _next(conversation: Conversation) -> int:
    """The next number, assigned under the conversation's lock: no gaps, no duplicates."""
    conversation.head += 1
    conversation.changed_at = timezone.now()
    return conversation.head


def _write_fact(
    conversation: Conversation,
    *,
    seq: int,
    fact: Message.Fact,
    values: Values | None = None,
    at: datetime | None,
) -> Message:
    values = values or {}
    return Message.objects.create(
        conversation=conversation,
        seq=seq,
        kind=Message.Kind.SYSTEM,
        fact=fact,
        role=Role.SYSTEM,
        author_name=SHOP,
        values=values,
        # Release 0.1.0, which still serves during a push, reads the text, not the values.
        text=fact_text(fact, values),
        at=at or timezone.now(),
    )


def _follow(conversation: Conversation, message: Message) -> None:
    """Update whose turn it is, and have a reply mailed later if it stays unread."""
    conversation.follow(message)
    if message.role == Role.STAFF:
        look_later(conversation, message)
    conversation.save()


def _waited(conversation: Conversation, now: datetime) -> timedelta | None:
    return open_between(conversation.waiting_since, now) if conversation.waiting_since else None


def _filled_in(text: str, order_id: int, author: Participant) -> str:
    named = placeholders_in(text)
    if not named:
        return text
    order = Order.objects.prefetch_related("lines__product").get(pk=order_id)
    if "dispatch_by" in named and (reason := date_missing(order)):
        raise MessageRefused("no_fact", reason)
    return clean_text(fill_in(text, placeholder_values(order, author_name=author.name)))
