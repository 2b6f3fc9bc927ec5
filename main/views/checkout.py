"""Checkout: the page of addresses, and the thanks. checkout_review comes between them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from booktime.sight.outages import is_busy
from main.actions.checkout_filling import open_checkout, set_addresses
from main.errors import TRY_AGAIN, BasketEmpty, CheckoutRefused
from main.forms.checkout import GuestForm, MemberForm
from main.gateways.payments import instructions
from main.models import Address, Checkout
from main.views.basket import checkout_of, read_lines, summary
from main.views.visitor import basket_owner, readable_orders

LAST_ORDER = "last_order"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_select(request: HttpRequest) -> HttpResponse:
    """Enter or choose the addresses; POST stores them and goes on to the review."""
    if not request.user.is_authenticated and "billing_address" in request.POST:
        return redirect_to_login(request.path)  # a member's page, whose session has ended
    lines = list(read_lines(request))
    if not lines:
        messages.info(request, BasketEmpty.text)
        return redirect("basket")
    form = _make_form(request, checkout_of(lines))
    if request.method != "POST":
        return _page(request, form=form, lines=lines)
    if not form.is_valid():
        return _page(request, form=form, lines=lines, status=400)
    return _keep(request, form, lines)


@never_cache
@require_safe
def checkout_done(request: HttpRequest) -> HttpResponse:
    """The thanks, with the order last placed in this session."""
    order = readable_orders(request).filter(pk=request.session.get(LAST_ORDER)).first()
    if order is None:
        raise Http404("No order was placed here.")
    context = {
        "order": order,
        "payment": instructions(order),
        "can_create_account": order.user_id is None and not request.user.is_authenticated,
    }
    return render(request, "checkout/done.html", context)


def _make_form(request: HttpRequest, checkout: Checkout) -> GuestForm | MemberForm:
    """After signing in on another tab, a user may still send a guest's page: it counts as typed."""
    data = request.POST if request.method == "POST" else None
    if not request.user.is_authenticated or (data and "billing-name" in data):
        return GuestForm(data, checkout=checkout)
    addresses = Address.objects.owned_by(request.user)
    return MemberForm(data, checkout=checkout, addresses=addresses)


def _page(request: HttpRequest, *, form, lines, status: int = 200) -> HttpResponse:
    context = {"form": form, **summary(lines)}
    return render(request, "checkout/address_select.html", context, status=status)


def _keep(request: HttpRequest, form: GuestForm | MemberForm, lines: list[Any]) -> HttpResponse:
    try:
        checkout = open_checkout(owner=basket_owner(request), language=get_language() or "")
        set_addresses(
            checkout_id=checkout.pk,
            billing=form.billing,
            shipping=form.shipping,
            email=form.email_address,
            choices=form.choices,
        )
    except CheckoutRefused as error:  # the basket was ordered or emptied meanwhile
        messages.error(request, str(error))
        return redirect("basket")
    except OperationalError as error:
        if not is_busy(error):
            raise
        form.add_error(None, TRY_AGAIN)
        return _page(request, form=form, lines=lines, status=503)
    return redirect("checkout_review")
