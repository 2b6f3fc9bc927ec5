"""A customer's own orders: history, detail, ordering again, and the link in a guest's mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from main.actions.orders import order_again
from main.gateways.payments import instructions
from main.models import Invoice, Order
from main.models.order_access import read_access_token, was_mailed_elsewhere
from main.reports.own_orders import own_orders, with_books
from main.views.conversation_props import note_reading
from main.views.conversations import customer_panel, sign_in_first
from main.views.page_links import page_links
from main.views.visitor import basket_owner_for_writing, readable_orders, remember_opened_order

ORDERS_A_PAGE = 20
MOST_REFUSALS = 10  # told one by one


@never_cache
@require_safe
@login_required
def order_list(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.visible_to(request.user).newest_first()
    paginator = Paginator(with_books(orders), ORDERS_A_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        raise Http404("There is no such page.") from None
    context = {
        "own_orders": own_orders(page.object_list),
        "page_obj": page,
        "page_links": page_links(request, page),
    }
    return render(request, "orders/list.html", context)


@never_cache
@require_safe
def order_detail(request: HttpRequest, order_id: int) -> HttpResponse:
    """Customers whose session has ended return here after signing in."""
    documents = Prefetch("invoices", Invoice.objects.order_by("pk"))
    orders = readable_orders(request).with_ledger()
    order = orders.prefetch_related("lines", "charges", documents).filter(pk=order_id).first()
    if order is None:
        return sign_in_first(request)
    panel = customer_panel(request, order)
    note_reading(request, panel)
    context = {
        "order": order,
        "panel": panel,
        "lines": order.lines.all(),
        "charges": order.charges.all(),
        "vat_lines": order.vat_lines,
        "documents": order.invoices.all(),
        "payment": instructions(order),
        "can_order_again": True,
    }
    return render(request, "orders/detail.html", context)


@require_POST
def order_again_view(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(readable_orders(request), pk=order_id)
    refusals = order_again(owner=basket_owner_for_writing(request), order_id=order.pk)
    for refusal in refusals[:MOST_REFUSALS]:
        messages.warning(request, refusal)
    if len(refusals) > MOST_REFUSALS:
        others = len(refusals) - MOST_REFUSALS
        messages.warning(request, f"And {others} more could not be put in your basket.")
    return redirect("basket")


@never_cache
@require_safe
def order_open(request: HttpRequest, token: str) -> HttpResponse:
    """Let a guest in by the mail's link, and remove the token from the address bar."""
    order_id = read_access_token(token)
    if order_id is None:
        raise Http404("This link is not valid or has expired.")
    order = get_object_or_404(Order, pk=order_id)
    if was_mailed_elsewhere(token, order):
        raise Http404("This link was sent to an earlier address of the order.")
    if order.user_id is None:
        remember_opened_order(request, order)
    elif not request.user.is_authenticated:  # an account has taken it over since
        return redirect_to_login(order.get_absolute_url())
    return redirect(order)
