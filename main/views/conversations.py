"""The conversation about an order as a page for its customer; it works without JavaScript."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from allauth.core import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from booktime.sight.outages import is_busy
from main.actions.conversations import post_message
from main.conversation_access import person_of
from main.errors import TRY_AGAIN, MessageRefused
from main.forms.conversations import MessageForm
from main.gateways import rates
from main.models import Message, Order, Participant
from main.models.conversations import fingerprint
from main.models.participants import customer_of
from main.views.conversation_props import Panel, make_panel, note_reading
from main.views.unsent import keep_unsent, unsent_form
from main.views.visitor import readable_orders

_HIGHEST = 2**31 - 1
_JUST_NOW = timedelta(minutes=10)
_TOO_FAST = "That was a lot at once. Please wait a minute, then send this one."
_TOO_MANY = "That was a lot at once. Please wait a moment, then send this one."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order_conversation(request: HttpRequest, order_id: int) -> HttpResponse:
    """Customers who come from a mail without being signed in can sign in, and then return."""
    order = readable_orders(request).filter(pk=order_id).first()
    if order is None:
        response = sign_in_first(request)
        keep_unsent(request, order_id)
        return response
    if request.method == "POST":
        return _send(request, order)
    panel = customer_panel(request, order, before=before_in(request))
    note_reading(request, panel)
    return _page(request, panel)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """If an order is not visible, signing in may help. Raises Http404 if already signed in."""
    if request.user.is_authenticated:
        raise Http404("This order does not exist, or it is not yours.")
    return redirect_to_login(request.get_full_path())


def customer_panel(
    request: HttpRequest, order: Order, *, form: MessageForm | None = None, **what
) -> Panel:
    me = customer_of(order, request.user)
    form = form or unsent_form(request, order.pk, me)
    return make_panel(order=order, me=me, address=_address(order), form=form, **what)


def before_in(request: HttpRequest) -> int | None:
    """The number in `?before=`. Raises Http404 if it is not a number."""
    text = request.GET.get("before")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or not 0 < int(text) <= _HIGHEST:
        raise Http404("There is no such page.")
    return int(text)


def sent(
    request: HttpRequest, form: MessageForm, *, order_id: int, author: Participant
) -> HTTPStatus:
    """Post the form's message; return the response's status. Errors are in the form."""
    if not form.is_valid():
        if "cid" in form.errors:
            form.renew()
        return HTTPStatus.BAD_REQUEST
    if not form.wants_twice and (twin := _twin(order_id, author, **form.cleaned_data)):
        form.ask_back(twin.at)
        return HTTPStatus.CONFLICT
    if rates.take_send_from_thread(person_of(author, order_id)):
        form.add_error(None, _TOO_MANY)
        return HTTPStatus.TOO_MANY_REQUESTS
    try:
        post_message(order_id=order_id, author=author, **form.cleaned_data)
    except MessageRefused as refused:
        form.refuse(refused)
        return HTTPStatus.CONFLICT if refused.code == "cid_taken" else HTTPStatus.BAD_REQUEST
    except OperationalError as error:
        if not is_busy(error):
            raise
        form.add_error(None, TRY_AGAIN)
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.SEE_OTHER


def _twin(order_id: int, author: Participant, *, text: str, cid: UUID) -> Message | None:
    """The author's last message, if it is recent and has the same text but another key.

    When a browser goes back, the page is rendered again, with a new key.
    """
    own = Message.objects.of(order_id).said_by(author)
    last = own.filter(at__gt=timezone.now() - _JUST_NOW).order_by("-seq").first()
    if last is None or last.fingerprint != fingerprint(text) or own.filter(cid=cid).exists():
        return None
    return last


def _send(request: HttpRequest, order: Order) -> HttpResponse:
    form = MessageForm(request.POST)
    if not ratelimit.consume(request, action="message", key=str(order.pk)):
        form.add_error(None, _TOO_FAST)
        status = HTTPStatus.TOO_MANY_REQUESTS
    else:
        status = sent(request, form, order_id=order.pk, author=customer_of(order, request.user))
    if status == HTTPStatus.SEE_OTHER:
        return HttpResponseRedirect(f"{_address(order)}#last", status=status)
    return _page(request, customer_panel(request, order, form=form), status=status)


def _page(request: HttpRequest, panel: Panel, *, status: int = 200) -> HttpResponse:
    context = {"order": panel.order, "panel": panel}
    return render(request, "conversations/page.html", context, status=status)


def _address(order: Order) -> str:
    return reverse("order_conversation", args=[order.pk])
