"""Checkout: addresses, placing the order, thanks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from main.actions.checkout import place_order
from main.errors import ShopError
from main.forms.checkout import GuestForm, OwnAddressesForm
from main.gateways.payments import instructions
from main.models import Address, Order, add_up
from main.views.basket import read_lines, totals
from main.views.visitor import basket_owner, readable_orders, remember_guest_order

LAST_ORDER = "last_order"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_select(request: HttpRequest) -> HttpResponse:
    """Choose or give the addresses; POST places the order."""
    if request.method == "POST":
        return _place(request)
    lines = list(read_lines(request))
    if not lines:
        messages.info(request, "Your basket is empty.")
        return redirect("basket")
    form = _make_form(request, initial=_seen(lines))
    return _page(request, form=form, lines=lines)


@never_cache
@require_safe
def checkout_done(request: HttpRequest) -> HttpResponse:
    """Thanks, with the order last placed in this session."""
    order = readable_orders(request).filter(pk=request.session.get(LAST_ORDER)).first()
    if order is None:
        raise Http404("No order was placed here.")
    context = {
        "order": order,
        "payment": instructions(order),
        "can_create_account": order.user_id is None and not request.user.is_authenticated,
    }
    return render(request, "checkout/done.html", context)


def _place(request: HttpRequest) -> HttpResponse:
    form = _make_form(request, data=request.POST)
    if not form.is_valid():
        return _refused(request, form=form, status=400)
    try:
        order = place_order(
            owner=basket_owner(request),
            basket_id=form.cleaned_data["basket"],
            email=form.email_address,
            billing=form.billing,
            shipping=form.shipping,
            expected_total=form.cleaned_data["total"],
        )
    except ShopError as error:
        return _refused(request, form=form, error=str(error), status=409)
    return _thank(request, order)


def _make_form(request: HttpRequest, *, data=None, initial=None) -> GuestForm | OwnAddressesForm:
    if not request.user.is_authenticated:
        return GuestForm(data, initial=initial)
    addresses = Address.objects.owned_by(request.user)
    if initial:
        # Most people have one address; whoever has more, chooses.
        first = addresses.first()
        initial |= {"billing_address": first, "shipping_address": first}
    return OwnAddressesForm(data, initial=initial, addresses=addresses, email=request.user.email)


def _seen(lines) -> dict:
    return {"basket": lines[0].basket_id, "total": add_up(lines).gross}


def _refused(request: HttpRequest, *, form, status: int, error: str = "") -> HttpResponse:
    """The same page with today's basket and what was typed: to be read, and sent again."""
    lines = list(read_lines(request))
    if not lines:
        messages.error(request, error or "Your basket is empty.")
        return redirect("basket")
    if error:
        form.add_error(None, error)
    # The page shows what is in the basket now; so the next try must be about that.
    form.data = form.data.copy()
    form.data.update({name: str(value) for name, value in _seen(lines).items()})
    return _page(request, form=form, lines=lines, status=status)


def _page(request: HttpRequest, *, form, lines, status: int = 200) -> HttpResponse:
    context = {"form": form, **totals(lines)}
    return render(request, "checkout/address_select.html", context, status=status)


def _thank(request: HttpRequest, order: Order) -> HttpResponse:
    if order.user_id is None:
        remember_guest_order(request, order)
    request.session[LAST_ORDER] = order.pk
    return redirect("checkout_done")
