"""The dispatchers' site: paid orders are packed and sent; it does not show who paid what."""

from collections import Counter

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from main.admin.base import ReadOnlyAdmin
from main.admin.catalogue import BookList
from main.admin.catalogue_filters import LanguageFilter, StockFilter
from main.admin.line_forms import LineMovesForm
from main.admin.orders import LINES, TO_BE_SENT, OrderAdmin, PlacedFilter
from main.admin.sites import dispatch_site
from main.models import Order, Product, ProductImage

ON_A_PACKING_PAGE = 20


class ToSendFilter(admin.SimpleListFilter):
    """What is to be sent, unless something else is requested."""

    title, parameter_name = "what to do", "work"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [("done", "Sent"), ("all", "All")]

    def choices(self, changelist):
        for value, label in [(None, "To send"), *self.lookup_choices]:
            query = changelist.get_query_string({self.parameter_name: value})
            selected = self.value() == value
            yield {"selected": selected, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "done":
                return queryset.filter(status=Order.Status.DONE)
            case "all":
                return queryset
        return queryset.filter(status=Order.Status.PAID)


class WithoutHistory:
    """Hides the history: it reveals columns that the page does not show."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None):
        raise PermissionDenied

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None):
        context = {"hides_history": True} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]


class DispatchOrderAdmin(WithoutHistory, OrderAdmin):
    change_form_template = "admin/orders/dispatch.html"
    change_list_template = "admin/orders/dispatch_list.html"
    list_display = ["number", "shipping_name", "shipping_city", "country", "copies",
                    "state", "placed"]  # fmt: skip
    list_filter = [ToSendFilter, ("created_at", PlacedFilter)]
    search_help_text = "Whole order number or ISBN; name on the parcel (a part will do)"
    fieldsets = [(None, {"fields": ["shipping_name"]})]
    actions = ["mark_lines_processing", "mark_lines_sent"]

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).paid().prefetch_related(LINES, "charges")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Only by what is shown here: a search by e-mail or payer would reveal those."""
        is_asked = bool(search_term.strip())
        return (queryset.matching_parcel(search_term) if is_asked else queryset), False

    @admin.display(description="country")
    def country(self, order: Order) -> str:
        """The field itself would sort all countries for each row."""
        return order.shipping_country.name

    @admin.display(description="copies to send")
    def copies(self, order: Order) -> str:
        lines = order.lines.all()
        waiting = sum(line.quantity for line in lines if line.status in TO_BE_SENT)
        return f"{waiting} of {sum(line.quantity for line in lines)}"

    # --- Packing ----------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.packing_view)
        return [path("packing/", view, name="main_order_packing"), *super().get_urls()]

    def packing_view(self, request: HttpRequest) -> HttpResponse:
        """The books to fetch, and then the orders, oldest first, each with a button."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waiting = self.get_queryset(request).filter(status=Order.Status.PAID)
        waiting = waiting.order_by("created_at", "pk")
        paginator = self.get_paginator(request, waiting, ON_A_PACKING_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        forms = [LineMovesForm(order=order, may_refund=False) for order in page]
        context = {
            **self.admin_site.each_context(request),
            "title": "Packing",
            "opts": self.opts,
            "page": page,
            "forms": forms,
            "to_fetch": _to_fetch(forms),
            "may_move": self.has_move_permission(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/orders/packing.html", context)

    def to_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if request.GET.get("from") == "packing":
            site = self.admin_site.name
            return redirect(reverse("admin:main_order_packing", current_app=site))
        return super().to_page(request, object_id)


class DispatchImageInline(admin.TabularInline):
    model = ProductImage
    fields = ["image", "alt"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class DispatchProductAdmin(WithoutHistory, ReadOnlyAdmin, BookList):
    """Books, read only: to tell which one it is, and whether any should be in stock."""

    list_display = ["picture", "name", "authors", "isbn", "stock", "active"]
    list_filter = [StockFilter, LanguageFilter]
    fields = ["name", "authors", "isbn", "year", "language", "stock", "tags", "active"]
    inlines = [DispatchImageInline]


def _to_fetch(forms: list[LineMovesForm]) -> list[tuple[Product, int]]:
    """How many copies of each book to fetch from the shelves, by title."""
    books: Counter[Product] = Counter()
    for form in forms:
        for line in form.lines:
            if line.status in TO_BE_SENT:
                books[line.product] += line.quantity
    return sorted(books.items(), key=lambda item: (item[0].name, item[0].pk))


dispatch_site.register(Order, DispatchOrderAdmin)
dispatch_site.register(Product, DispatchProductAdmin)
