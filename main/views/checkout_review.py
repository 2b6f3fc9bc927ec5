"""Checkout's last page: everything that the order would contain, and the button to place it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from main.actions.checkout import place_order
from main.actions.checkout_filling import open_checkout
from main.actions.payment_demands import begin_payment
from main.actions.quotes import offer_quote
from main.errors import BasketEmpty, BasketGone, CheckoutRefused, PaymentUnavailable, TooManyOrders
from main.forms.checkout_review import PlaceOrderForm
from main.gateways.payments import PaymentWay, offered_ways
from main.models import Checkout, Order
from main.views.basket import obstacle
from main.views.checkout import LAST_ORDER
from main.views.visitor import basket_owner, client_of, remember_guest_order


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout_review(request: HttpRequest) -> HttpResponse:
    """POST places the order. What the page shows is an offer, so it is stored."""
    if request.method != "POST":
        return _page(request)
    form = PlaceOrderForm(request.POST, ways=offered_ways())
    if not form.is_valid():
        return _page(request, error=form.first_error, status=400)
    checkout_id = form.cleaned_data["checkout"]
    if not Checkout.objects.owned_by(basket_owner(request)).filter(pk=checkout_id).exists():
        return _not_theirs(request, checkout_id)
    try:
        order = place_order(
            checkout_id=checkout_id,
            quote=form.cleaned_data["quote"],
            payment_way=form.cleaned_data.get("payment_way", ""),
            client=client_of(request),
        )
    except TooManyOrders as error:
        return _page(request, error=str(error), status=429)
    except CheckoutRefused as error:
        return _page(request, error=str(error), status=409)
    return _go_on(request, order)


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    """The order as it would be now, with the error that prevented it, if any."""
    try:
        checkout = open_checkout(owner=basket_owner(request), language=get_language() or "")
    except BasketEmpty as empty:
        messages.info(request, error or str(empty))
        return redirect("basket")
    if not checkout.is_complete:
        if error:
            messages.error(request, error)
        return redirect("address_select")
    lines = list(checkout.basket.lines.for_reading())
    quote, ways = offer_quote(checkout, lines=lines), offered_ways()
    form = _make_form(checkout, quote.key, ways)
    context = {
        "checkout": checkout,
        "quote": quote,
        "form": form,
        "payment_options": _payment_options(form, ways),
        "obstacle": obstacle(lines, quote),
        "error": error,
    }
    return render(request, "checkout/review.html", context, status=status)


def _make_form(checkout: Checkout, quote_key: str, ways: list[PaymentWay]) -> PlaceOrderForm:
    way = checkout.payment_way or ways[0].code
    initial = {"checkout": checkout.pk, "quote": quote_key, "payment_way": way}
    return PlaceOrderForm(initial=initial, ways=ways)


def _payment_options(form: PlaceOrderForm, ways: list[PaymentWay]) -> list[dict[str, Any]]:
    """Each way to pay with the template of its text, and a radio button if there are several."""
    radios = form["payment_way"] if len(ways) > 1 else [None]
    return [
        {"radio": radio, "way": way, "template": f"payments/{way.code}/choice.html"}
        for radio, way in zip(radios, ways, strict=True)
    ]


def _not_theirs(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """A member whose session has ended signs in to continue; others see their own basket."""
    of_members = Checkout.objects.filter(pk=checkout_id, basket__user__isnull=False)
    if not request.user.is_authenticated and of_members.exists():
        return redirect_to_login(request.path)
    return _page(request, error=BasketGone.text, status=409)


def _go_on(request: HttpRequest, order: Order) -> HttpResponse:
    """To the thanks, or to where the customer pays.

    Another host is reached by way of a page of ours: Chromium applies the policy's form-action to
    redirects after a form is posted.
    """
    if order.user_id is None:
        remember_guest_order(request, order)
    request.session[LAST_ORDER] = order.pk
    try:
        begun = begin_payment(order=order)
    except PaymentUnavailable as error:
        messages.warning(request, str(error))
        return redirect("checkout_done")
    if begun.url:
        return render(request, "checkout/pay.html", {"order": order, "url": begun.url})
    return redirect("checkout_done")
