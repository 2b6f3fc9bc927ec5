"""The staff's side of conversations: the list, and one conversation beside its order."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from main.access import refusal, staff_only
from main.actions.customer_service import (
    close_conversation,
    hand_over_conversation,
    reopen_conversation,
    take_conversation,
)
from main.conversation_access import participant_in
from main.errors import ConversationRefused
from main.forms.conversations import MessageForm
from main.forms.customer_service import CannedReplyForm, CloseForm, HandOverForm
from main.models import Conversation, Order, Participant
from main.models.participants import staff
from main.models.staff_roles import Right
from main.reports.customer_service import Row, earlier_orders, read_open_conversations
from main.sockets.addresses import CUSTOMER_SERVICE_STREAM
from main.views.conversation_props import known_as, make_panel, note_reading
from main.views.conversations import before_in, sent
from main.views.unsent import keep_unsent, unsent_form

EARLIER = 10  # orders beside a conversation
_MOMENTS = ("waiting_since", "dispatch_by")
_AGAIN = "Something got lost on the way. Please try again."
_YOUR_OWN = "This is your own order: please use its customer page to talk about it."


@never_cache
@require_safe
@staff_only(Right.ANSWER_CUSTOMERS)
def cs_main(request: HttpRequest) -> HttpResponse:
    found = read_open_conversations(reader_id=request.user.pk)
    props = {
        "me": known_as(staff(request.user)),
        "rows": found.rows,
        "cut": found.is_cut,
        "at": int(found.at.timestamp() * 1000),
        "statuses": {str(status.value): status.label for status in Order.Status},
        "urls": {"stream": CUSTOMER_SERVICE_STREAM, "chat": reverse("cs_chat", args=[0])},
    }
    context = {"rows": [_shown(row) for row in found.rows], "is_cut": found.is_cut, "props": props}
    return render(request, "customer_service/main.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cs_chat(request: HttpRequest, order_id: int) -> HttpResponse:
    if refused := refusal(request, Right.ANSWER_CUSTOMERS):
        keep_unsent(request, order_id)
        return refused
    me = participant_in(order_id, request)
    if me is None:
        raise Http404("There is no such order.")
    if not me.is_staff:
        messages.info(request, _YOUR_OWN)
        return redirect("order_conversation", order_id)
    if request.method == "POST":
        return _act(request, order_id, me)
    return _page(request, order_id, me)


def _act(request: HttpRequest, order_id: int, me: Participant) -> HttpResponse:
    """Do what the button says and show the page again; refused input stays, with the reason."""
    message, hand_over = MessageForm(), HandOverForm(user=request.user)
    status: int = HTTPStatus.SEE_OTHER
    try:
        match request.POST.get("action"):
            case "send":
                message = MessageForm(request.POST)
                status = sent(request, message, order_id=order_id, author=me)
            case "hand_over":
                hand_over = HandOverForm(request.POST, user=request.user)
                status = _hand_over(hand_over, order_id)
            case "close":
                status = _close(request, order_id)
            case action:
                status = _move(action, order_id, request.user.pk)
    except ConversationRefused as refused:
        messages.error(request, str(refused))
        status = HTTPStatus.CONFLICT
    if status == HTTPStatus.SEE_OTHER:
        return HttpResponseRedirect(f"{_address(order_id)}#last", status=status)
    return _page(request, order_id, me, status=status, message=message, hand_over=hand_over)


def _hand_over(form: HandOverForm, order_id: int) -> HTTPStatus:
    if not form.is_valid():
        return HTTPStatus.BAD_REQUEST
    hand_over_conversation(order_id=order_id, user_id=form.cleaned_data["colleague"].pk)
    return HTTPStatus.SEE_OTHER


def _close(request: HttpRequest, order_id: int) -> HTTPStatus:
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _AGAIN)
        return HTTPStatus.BAD_REQUEST
    close_conversation(order_id=order_id, **form.cleaned_data)
    return HTTPStatus.SEE_OTHER


def _move(action: str | None, order_id: int, user_id: int) -> HTTPStatus:
    match action:
        case "take":
            take_conversation(order_id=order_id, user_id=user_id)
        case "reopen":
            reopen_conversation(order_id=order_id, user_id=user_id)
        case _:
            return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SEE_OTHER


def _page(
    request: HttpRequest,
    order_id: int,
    me: Participant,
    *,
    status: int = HTTPStatus.OK,
    message: MessageForm | None = None,
    hand_over: HandOverForm | None = None,
) -> HttpResponse:
    orders = Order.objects.with_ledger().select_related("last_spoken_to")
    order = get_object_or_404(orders.prefetch_related("lines__product", "charges"), pk=order_id)
    canned = CannedReplyForm(request.GET if "reply" in request.GET else None)
    if canned.is_valid():
        message = MessageForm(initial={"text": canned.cleaned_data["reply"].text})
    message = message or unsent_form(request, order_id, me)
    panel = make_panel(
        order=order, me=me, address=_address(order_id), form=message, before=before_in(request)
    )
    if not canned.is_bound:
        note_reading(request, panel)
    conversation = _conversation(order)
    earlier = list(earlier_orders(order)[: EARLIER + 1])
    context = {
        "order": order,
        "panel": panel,
        "conversation": conversation,
        "assignee": staff(conversation.assignee).name if conversation.assignee else "nobody",
        "canned": canned,
        "hand_over": hand_over or HandOverForm(user=request.user),
        "earlier": earlier[:EARLIER],
        "has_more": len(earlier) > EARLIER,
        "now": timezone.now(),
    }
    return render(request, "customer_service/chat.html", context, status=status)


def _conversation(order: Order) -> Conversation:
    """The order's conversation; orders older than the timeline get a new, unsaved one."""
    begun = Conversation.objects.filter(pk=order.pk).select_related("assignee").first()
    return begun or Conversation(order=order)


def _address(order_id: int) -> str:
    return reverse("cs_chat", args=[order_id])


def _shown(row: Row) -> dict[str, Any]:
    """A row of the stream for a template: with times as datetimes, and the state in a word."""
    moments = {name: _moment(row[name]) for name in _MOMENTS}
    is_late = bool(moments["dispatch_by"]) and moments["dispatch_by"] < timezone.now()
    state = Order.Status(row["status"]).label
    return row | moments | {"state": state, "is_late": is_late}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
