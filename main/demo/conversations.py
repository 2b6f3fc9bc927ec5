"""What the demo shop's customers asked about their orders, and what customer service replied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from main.actions.conversations import mark_read, post_message
from main.actions.customer_service import close_conversation, take_conversation
from main.demo.stories import OFFICE, OWNER
from main.models import CannedReply, Conversation, Message, Order, Participant, Role, User
from main.models.participants import customer_of, staff

CUSTOMER = ""
READY = {
    "Thanks": "Thank you, {customer_name}! Is there anything else we can do for you?",
    "How it stands": "Your order {order_number} is {status}.",
    "When it leaves": "Your order {order_number} leaves us on {dispatch_by} at the latest.",
    "In stock?": "This is what is on our shelves just now. {stock}.",
    "Payment": (
        "A transfer may take a working day. As soon as yours for {order_number} is here, we send "
        "the books."
    ),
    "Sending back": (
        "You may send back whatever you bought, within 14 days. Please put a note with the number "
        "{order_number} in the parcel, and we will refund what is in it.\n\nYours, {my_name}"
    ),
}


@dataclass(frozen=True)
class Talk:
    """A conversation about a customer's newest order in a given state, begun some time ago.

    Each line: who speaks, how many minutes after the line before, and the words.
    """

    email: str
    status: Order.Status
    ago: timedelta
    lines: tuple[tuple[str, int, str], ...]
    taken_by: str = ""
    is_closed: bool = False


TALKS = (
    Talk(
        "samir@booktime.example",
        Order.Status.PAID,
        timedelta(minutes=48),
        (
            (CUSTOMER, 0, "Hello, my nephew’s birthday is on Saturday. Will the parcel make it?"),
            (CUSTOMER, 3, "If not, could you send The Odyssey on its own, before the rest?"),
        ),
    ),
    Talk(
        "hana@booktime.example",
        Order.Status.PAID,
        timedelta(minutes=95),
        (
            (CUSTOMER, 0, "源氏物語は日本語版ですか？ Or is it in English?"),
            (OFFICE, 7, "Good morning! It is Arthur Waley’s English translation."),
            (CUSTOMER, 6, "Thank you. Then please send it to my address in London instead."),
        ),
        taken_by=OFFICE,
    ),
    Talk(
        "customer@booktime.example",
        Order.Status.NEW,
        timedelta(minutes=20),
        (
            (CUSTOMER, 0, "I have just made the transfer. Do you need a receipt?"),
            (OFFICE, 12, "No, thank you. The bank tells us, as a rule within a working day."),
        ),
        taken_by=OFFICE,
    ),
    Talk(
        "margit@booktime.example",
        Order.Status.NEW,
        timedelta(minutes=11),
        ((CUSTOMER, 0, "Which of the two translations of Crime and Punishment is it, please?"),),
    ),
    Talk(
        "customer@booktime.example",
        Order.Status.PAID,
        timedelta(days=3),
        (
            (CUSTOMER, 0, "One of the books came today, the other did not. Is it lost?"),
            (OFFICE, 18, "Not lost: we are still waiting for Meditations, and it follows alone."),
            (CUSTOMER, 4, "Ah, good. No hurry!"),
            (OFFICE, 2, "Thank you, {customer_name}. I’ll let you know when it leaves."),
        ),
        is_closed=True,
    ),
    Talk(
        "reader@booktime.example",
        Order.Status.CANCELLED,
        timedelta(days=2),
        (
            (CUSTOMER, 0, "I have cancelled this one: three Hamlets were two too many."),
            (OWNER, 25, "That happens to princes, too. It is cancelled; nothing is to be paid."),
        ),
        is_closed=True,
    ),
)


@transaction.atomic
def load_conversations() -> int:
    """Write the conversations that are missing; return how many there were."""
    for name, text in READY.items():
        CannedReply.objects.get_or_create(name=name, defaults={"text": text})
    wanted = [(talk, order) for talk in TALKS if (order := _order_of(talk))]
    for talk, order in wanted:
        _hold(talk, order)
    return len(wanted)


def _order_of(talk: Talk) -> Order | None:
    """None if the customer has already talked: that belongs to whoever uses the shop now."""
    said = Message.objects.filter(conversation__order__email=talk.email, kind=Message.Kind.TEXT)
    if said.exists():
        return None
    orders = Order.objects.filter(email=talk.email, status=talk.status)
    return orders.newest_first().first()


def _hold(talk: Talk, order: Order) -> None:
    last_fact = Message.objects.of(order.pk).order_by("-seq").first()
    start = timezone.now() - talk.ago
    waiting_since = None
    at = max(start, last_fact.at) if last_fact else start
    for said in _say(talk, order, at):
        is_wait = said.role == Role.CUSTOMER
        Message.objects.filter(pk=said.pk).update(
            at=said.at, waited=said.at - waiting_since if waiting_since and not is_wait else None
        )
        waiting_since = (waiting_since or said.at) if is_wait else None
        at = said.at
    if talk.taken_by:
        take_conversation(order_id=order.pk, user_id=_user(talk.taken_by).pk)
    if talk.is_closed:
        close_conversation(order_id=order.pk, seen=_head(order))
    _date(order, waiting_since=waiting_since, closed_at=at if talk.is_closed else None, at=at)


def _head(order: Order) -> int:
    return Conversation.objects.get(pk=order.pk).head


def _say(talk: Talk, order: Order, at: datetime) -> Iterator[Message]:
    """Line by line, each as if said then; a speaker has read all lines before."""
    for by, minutes, text in talk.lines:
        at += timedelta(minutes=minutes)
        author = _author(by, order)
        message = post_message(order_id=order.pk, cid=uuid4(), text=text, author=author).message
        mark_read(order_id=order.pk, reader=author, upto=message.seq)
        message.at = at
        yield message


def _author(email: str, order: Order) -> Participant:
    if email == CUSTOMER:
        return customer_of(order, order.user or AnonymousUser())
    return staff(_user(email))


def _user(email: str) -> User:
    return User.objects.get(email=email)


def _date(
    order: Order, *, waiting_since: datetime | None, closed_at: datetime | None, at: datetime
) -> None:
    """Backdate rows that have just been written. No mail may follow."""
    conversation = Conversation.objects.get(pk=order.pk)
    conversation.waiting_since = waiting_since
    conversation.closed_at = closed_at
    conversation.changed_at = at
    conversation.mail_due_at = None
    conversation.mailed_upto = conversation.head
    conversation.save()
