"""The conversation about an order as a page, for its customer; it works as a form alone."""

from http import HTTPStatus

from allauth.core import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from main.actions.conversations import post_message
from main.errors import MessageRefused
from main.forms.conversations import MessageForm
from main.models import Order, Participant
from main.participants import customer_of
from main.views.conversation_props import Panel, make_panel, note_reading
from main.views.visitor import readable_orders

_HIGHEST = 2**31 - 1
_TOO_FAST = "That was a lot at once. Please wait a minute, then send this one."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order_conversation(request: HttpRequest, order_id: int) -> HttpResponse:
    """Who comes from a mail without being signed in can do so, and is led back."""
    order = readable_orders(request).filter(pk=order_id).first()
    if order is None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404("There is no such order, or it is not yours.")
    if request.method == "POST":
        return _send(request, order)
    panel = customer_panel(request, order, before=before_in(request))
    note_reading(request, panel)
    return _page(request, panel)


def customer_panel(request: HttpRequest, order: Order, **what) -> Panel:
    return make_panel(
        order=order, me=customer_of(order, request.user), address=_address(order), **what
    )


def before_in(request: HttpRequest) -> int | None:
    """The number in `?before=`. Raises Http404 for what is none."""
    text = request.GET.get("before")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or not 0 < int(text) <= _HIGHEST:
        raise Http404("There is no such page.")
    return int(text)


def sent(form: MessageForm, *, order_id: int, author: Participant) -> HTTPStatus:
    """Post what the form holds; the status of the answer, and what is wrong stands in the form."""
    if not form.is_valid():
        if "cid" in form.errors:
            form.renew()
        return HTTPStatus.BAD_REQUEST
    try:
        post_message(order_id=order_id, author=author, **form.cleaned_data)
    except MessageRefused as refused:
        form.refuse(refused)
        return HTTPStatus.CONFLICT if refused.code == "cid_taken" else HTTPStatus.BAD_REQUEST
    return HTTPStatus.SEE_OTHER


def _send(request: HttpRequest, order: Order) -> HttpResponse:
    form = MessageForm(request.POST)
    if not ratelimit.consume(request, action="message", key=str(order.pk)):
        form.add_error(None, _TOO_FAST)
        status = HTTPStatus.TOO_MANY_REQUESTS
    else:
        status = sent(form, order_id=order.pk, author=customer_of(order, request.user))
    if status == HTTPStatus.SEE_OTHER:
        return HttpResponseRedirect(f"{_address(order)}#last", status=status)
    return _page(request, customer_panel(request, order, form=form), status=status)


def _page(request: HttpRequest, panel: Panel, *, status: int = 200) -> HttpResponse:
    context = {"order": panel.order, "panel": panel}
    return render(request, "conversations/page.html", context, status=status)


def _address(order: Order) -> str:
    return reverse("order_conversation", args=[order.pk])
