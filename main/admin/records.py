"""What is read and never written in the admin: invoices and credit notes, baskets."""

import re

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from main.admin.base import ReadOnlyAdmin
from main.models import Basket, BasketLine, Invoice
from main.models.money import money


class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["number", "kind", "order_link", "gross_shown", "issued_at", "document"]
    list_display_links = ["number"]
    list_filter = ["kind", "issued_at"]
    list_select_related = ["order"]
    ordering = ["-pk"]
    sortable_by: list[str] = []
    search_fields = ["sequence"]
    search_help_text = "Number of an invoice or credit note (INV-2026-00017), or of an order"
    fields = ["number", "kind", "document", "order_link", "corrects", "reason", "issued_at",
              "net_shown", "vat_shown", "gross_shown"]  # fmt: skip
    view_on_site = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        term = re.sub(r"\s", "", search_term).upper()
        if number := re.fullmatch(r"((?:INV|CN)-\d{4})-(\d{1,9})", term):
            return queryset.filter(series=number[1], sequence=int(number[2])), False
        if order := re.fullmatch(r"(\d{4})-?(\d{4})-?(\d{4})", term):
            return queryset.filter(order=int("".join(order.groups()))), False
        return (queryset.none() if term else queryset), False

    @admin.display(description="order")
    def order_link(self, invoice: Invoice) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            self._path("admin:main_order_change", invoice.order_id),
            invoice.order.number,
        )

    @admin.display(description="document")
    def document(self, invoice: Invoice) -> str:
        page = self._path("admin:invoice", invoice.order_id)
        query = urlencode({"number": invoice.number})
        return format_html(
            '<a href="{0}?{1}">Show</a> <a href="{0}?{1}&amp;format=pdf">PDF</a>', page, query
        )

    @admin.display(description="net")
    def net_shown(self, invoice: Invoice) -> str:
        return money(invoice.net, invoice.currency)

    @admin.display(description="VAT")
    def vat_shown(self, invoice: Invoice) -> str:
        return money(invoice.vat, invoice.currency)

    @admin.display(description="gross")
    def gross_shown(self, invoice: Invoice) -> str:
        return money(invoice.gross, invoice.currency)

    def _path(self, name: str, key: int) -> str:
        return reverse(name, args=[key], current_app=self.admin_site.name)


class BasketLineInline(admin.TabularInline):
    model = BasketLine
    fields = readonly_fields = ["product", "quantity", "price_seen"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("product")


class BasketAdmin(ReadOnlyAdmin):
    list_display = fields = ["basket", "user", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    sortable_by: list[str] = []
    search_fields = ["user__email"]
    search_help_text = "The customer’s whole e-mail address"
    inlines = [BasketLineInline]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        term = search_term.strip().lower()
        return (queryset.filter(user__email=term) if term else queryset), False

    @admin.display(description="basket")
    def basket(self, basket: Basket) -> str:
        return f"{basket.pk}" if basket.user_id else f"{basket.pk}, of a guest"
