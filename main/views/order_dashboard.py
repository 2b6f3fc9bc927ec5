"""The staff's list of all orders: search, filter and sort, fast even with 100,000 of them."""

from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from main.access import staff_only
from main.forms.order_dashboard import OrderFilter
from main.models import Order
from main.models.staff_roles import Right
from main.views.order_table import ORDERS_A_PAGE, OrderPaginator, OrderTable
from main.views.page_links import page_links

# What a row shows: an order has three times as many columns.
_SHOWN = ("created_at", "email", "status", "total", "currency", "shipping_name",
          "open_balance__due")  # fmt: skip


@never_cache
@require_safe
@staff_only(Right.VIEW_DASHBOARD)
def order_dashboard(request: HttpRequest) -> HttpResponse:
    """An invalid filter is named (400); the others still apply."""
    orders = Order.objects.select_related("open_balance").only(*_SHOWN)
    narrowed = OrderFilter(request.GET, orders)
    table = OrderTable(narrowed.qs, order_by=narrowed.sorted_by)
    try:
        page = OrderPaginator(table.data.data, ORDERS_A_PAGE).page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        raise Http404("There is no such page.") from None
    context = {
        "form": narrowed.form,
        "table": table,
        "page_obj": page,
        "page_links": page_links(request, page),
    }
    status = 200 if narrowed.is_valid() else 400
    return render(request, "orders/dashboard.html", context, status=status)
