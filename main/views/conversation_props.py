"""What a page shows of a conversation, both for customers and for staff.

`conversations/panel.html` renders a Panel; the component starts with its `props`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from main.actions.conversations import mark_read
from main.forms.conversations import MessageForm
from main.models import CannedReply, Message, Order, Participant
from main.models.canned_replies import PLACEHOLDERS
from main.reports.conversations import Stretch, read_before, read_latest
from main.reports.reply_times import expected_reply
from main.sockets.addresses import chat_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`props` is None on a page of earlier messages, since those do not change."""

    order: Order
    me: Participant
    form: MessageForm
    address: str  # the page that shows it, to which the form is sent
    messages: Sequence[Message]
    earlier: int | None  # the page of earlier messages ends before this one
    is_latest: bool
    reads: dict[str, int]
    expectation: str
    props: dict | None

    @property
    def read_upto(self) -> int:
        """Up to which message anybody on the other side has read."""
        others = (
            upto for who, upto in self.reads.items() if who.startswith("staff") != self.is_staff
        )
        return max(others, default=0)

    @property
    def seen(self) -> int:
        """The last message shown on the page."""
        shown = self.messages[-1].seq if self.messages else 0
        return max(shown, self.reads.get(self.me.who, 0))

    @property
    def city(self) -> str:
        """The city of the page's time zone; the component uses the visitor's own."""
        return settings.TIME_ZONE.rpartition("/")[2].replace("_", " ")

    @property
    def is_staff(self) -> bool:
        return self.me.is_staff


def make_panel(
    *,
    order: Order,
    me: Participant,
    address: str,
    form: MessageForm | None = None,
    before: int | None = None,
) -> Panel:
    """The last messages, or those before a given one."""
    stretch = read_before(order.pk, before) if before else read_latest(order.pk)
    expectation = "" if me.is_staff else expected_reply()
    return Panel(
        order=order,
        me=me,
        form=form or MessageForm(),
        address=address,
        messages=stretch.messages,
        earlier=stretch.messages[0].seq if stretch.more else None,
        is_latest=not before,
        reads=stretch.reads,
        expectation=expectation,
        props=None if before else _props(order, me, stretch, expectation),
    )


def note_reading(request: HttpRequest, panel: Panel) -> None:
    """Opening the page marks what it shows as read, except if a browser prefetches it."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if request.method != "GET" or "prefetch" in ahead or not panel.messages:
        return
    last = panel.messages[-1].seq
    if panel.reads.get(panel.me.who, 0) < last:
        mark_read(order_id=panel.order.pk, reader=panel.me, upto=last)


def known_as(participant: Participant) -> dict[str, str]:
    return {"who": participant.who, "name": participant.name}


def _props(order: Order, me: Participant, stretch: Stretch, expectation: str) -> dict:
    return {
        "orderId": order.pk,
        "number": order.number,
        "state": Order.Status(order.status).label,
        "me": known_as(me) | {"role": str(me.role)},
        "items": stretch.items,
        "more": stretch.more,
        "head": stretch.head,
        "reads": stretch.reads,
        "urls": _urls(order.pk),
        "heartbeat": settings.CHAT_HEARTBEAT,
        "expectation": expectation,
        "zone": settings.TIME_ZONE,  # the time zone of the opening hours
        **(_for_staff(stretch) if me.is_staff else {}),
    }


def _urls(order_id: int) -> dict[str, str]:
    return {
        "socket": chat_address(order_id),
        "messages": reverse("mobile_messages", args=[order_id]),
        "read": reverse("mobile_read", args=[order_id]),
    }


def _for_staff(stretch: Stretch) -> dict:
    canned = CannedReply.objects.active().values("name", "text")
    return {
        "canned": list(canned),
        "placeholders": list(PLACEHOLDERS),
        "conversation": stretch.standing.conversation,
    }
