"""Customer service's list: who is waiting, since when, the assignee, and what is unread."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from main.models import Conversation, Message, Order, ReadCursor, Role, User
from main.models.conversations import ConversationQuerySet, iso
from main.models.participants import who
from main.models.staff_roles import Right, groups_with

MOST_ROWS = 200
Row = dict[str, Any]
_COLUMNS = (
    "head", "waiting_since", "last_role", "last_text", "changed_at", "order__status",
    "order__dispatch_by", "order__billing_name", "assignee__email", "assignee__first_name",
    "assignee__last_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenConversations:
    """The most urgent first. `at` is the database's time: nothing older is missing."""

    rows: list[Row]
    is_cut: bool
    at: datetime


def read_open_conversations(
    *, reader_id: int, only: Collection[int] | None = None
) -> OpenConversations:
    """The open conversations as this member of staff sees them; `only` of these orders."""
    at = read_clock()
    conversations = Conversation.objects.open()
    if only is not None:
        conversations = conversations.filter(pk__in=only)
    conversations = _with_unread(conversations, reader_id)
    conversations = conversations.select_related("order", "assignee").only(*_COLUMNS)
    found = list(conversations.most_urgent_first()[: MOST_ROWS + 1])
    rows = [_row(conversation) for conversation in found[:MOST_ROWS]]
    return OpenConversations(rows=rows, is_cut=len(found) > MOST_ROWS, at=at)


def changed_since(moment: datetime, *, most: int) -> list[int] | None:
    """The orders whose conversations changed since; None if there are more than `most`."""
    changed = Conversation.objects.filter(changed_at__gte=moment).order_by("changed_at")
    orders = list(changed.values_list("pk", flat=True)[: most + 1])
    return orders if len(orders) <= most else None


def read_clock() -> datetime:
    """The database's clock, which all processes share; SQLite has none of its own."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


def colleagues_of(user: User) -> QuerySet[User]:
    """Those to whom a conversation can be handed over."""
    groups = groups_with(Right.ANSWER_CUSTOMERS)
    answers = Q(is_superuser=True) | Q(is_staff=True, groups__name__in=groups)
    there = User.objects.filter(answers, is_active=True).exclude(pk=user.pk)
    return there.distinct().order_by("first_name", "last_name", "email")


def earlier_orders(order: Order) -> QuerySet[Order]:
    """The customer's other orders: by account, or for a guest by the same e-mail address."""
    if order.user_id:
        theirs = Order.objects.filter(user=order.user_id)
    else:
        theirs = Order.objects.filter(user=None, email=order.email)
    return theirs.exclude(pk=order.pk).newest_first()


def _with_unread(conversations: ConversationQuerySet, reader_id: int) -> ConversationQuerySet:
    """Annotates how many of the customer's messages this reader has not read."""
    cursors = ReadCursor.objects.filter(conversation=OuterRef("pk"), reader=reader_id)
    read_upto = Coalesce(Subquery(cursors.values("upto")[:1]), Value(0))
    unread = (
        Message.objects.filter(conversation=OuterRef("pk"), role=Role.CUSTOMER)
        .filter(seq__gt=OuterRef("read_upto"))
        .order_by()
        .values("conversation")
        .annotate(messages=Count("*"))
        .values("messages")
    )
    count = Coalesce(Subquery(unread, output_field=BigIntegerField()), Value(0))
    return conversations.annotate(read_upto=read_upto).annotate(unread=count)


def _row(conversation: Conversation) -> Row:
    """A row as in the stream and on the page (docs/conversation.md)."""
    order = conversation.order
    due = order.dispatch_by if order.status == Order.Status.PAID else None
    waits = conversation.waiting_since
    return {
        "order": order.pk,
        "number": order.number,
        "customer": order.billing_name,
        "status": order.status,
        "dispatch_by": iso(due) if due else None,
        "waiting_since": iso(waits) if waits else None,
        "assignee": _colleague(conversation.assignee),
        "unread": conversation.unread,  # type: ignore[attr-defined]  # of _with_unread
        "head": conversation.head,
        "last": _last(conversation),
        "changed_at": iso(conversation.changed_at),
    }


def _colleague(user: User | None) -> dict[str, str] | None:
    """By name, or else by address, which is no secret among colleagues."""
    if user is None:
        return None
    return {"who": who(Role.STAFF, user.pk), "name": user.get_full_name() or user.email}


def _last(conversation: Conversation) -> dict[str, str] | None:
    if not conversation.last_role:
        return None
    return {"role": conversation.last_role, "text": conversation.last_text}
