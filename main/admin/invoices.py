"""Invoices for staff: listed, one by one, or as a stack to print. Never changed."""

import logging
import re

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from main.admin.base import ReadOnlyAdmin
from main.documents import invoice_response, invoices_pdf, pdf_response
from main.gateways.pdf import PdfUnavailable
from main.models import Invoice, Order
from main.models.folding import plain
from main.models.orders import order_id_in
from main.wording.money import money

logger = logging.getLogger(__name__)
# A stack of this size takes some twenty seconds to print, while staff wait for it.
MOST_ORDERS, MOST_LINES = 200, 1000


class InvoiceViews:
    """Adds the page `invoice` to an admin site."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_view(require_safe(self.invoice))
        return [path("invoice/<int:order_id>/", view, name="invoice"), *super().get_urls()]

    def invoice(self, request: HttpRequest, order_id: int) -> HttpResponse:
        if not request.user.has_perm("main.view_invoice"):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=order_id)
        back_url = reverse("admin:main_order_change", args=[order.pk], current_app=self.name)
        return invoice_response(request, order, back_url=back_url, disposition="inline")


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
        term = plain(search_term).upper().replace(" ", "")
        if number := re.search(r"\b((?:INV|CN)-[0-9]{4})-([0-9]{1,9})\b", term):
            return queryset.filter(series=number[1], sequence=int(number[2])), False
        if (order_id := order_id_in(search_term)) is not None:
            return queryset.filter(order=order_id), False
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


@admin.action(description="Print the invoices", permissions=["view"])
def print_invoices(
    model_admin: admin.ModelAdmin, request: HttpRequest, orders: QuerySet
) -> HttpResponse | None:
    """All documents of the orders in one PDF, as issued; None with a message if that fails."""
    invoices, refusal = _to_print(request, orders)
    if not refusal:
        try:
            name = f"invoices-{timezone.localdate():%Y-%m-%d}"
            response = pdf_response(invoices_pdf(invoices), name=name, disposition="inline")
        except PdfUnavailable as error:
            logger.exception("Invoices could not be printed.")
            refusal = str(error)
        else:
            _tell_left_out(model_admin, request, orders, invoices)
            return response
    model_admin.message_user(request, refusal, messages.ERROR)
    return None


def _tell_left_out(
    model_admin: admin.ModelAdmin, request: HttpRequest, orders: QuerySet, printed: list[Invoice]
) -> None:
    """Say on the next page which orders have no invoice: the PDF cannot."""
    chosen = orders.count()
    if missing := chosen - len({invoice.order_id for invoice in printed}):
        verb = "has" if missing == 1 else "have"
        text = f"{missing} of the {chosen} orders {verb} no invoice."
        model_admin.message_user(request, text, messages.WARNING)


def _to_print(request: HttpRequest, orders: QuerySet) -> tuple[list[Invoice], str]:
    """The documents, or the reason why there are none."""
    if not request.user.has_perm("main.view_invoice"):
        return [], "You may not read invoices."
    chosen = list(orders.values_list("pk", flat=True)[: MOST_ORDERS + 1])
    if len(chosen) > MOST_ORDERS:
        return [], f"Choose at most {MOST_ORDERS} orders to print at once."
    invoices = list(Invoice.objects.for_rendering().filter(order__in=chosen).order_by("pk"))
    if not invoices:
        return [], "None of these orders has been paid, so there are no invoices."
    if sum(len(invoice.lines.all()) for invoice in invoices) > MOST_LINES:
        return [], f"These invoices have more than {MOST_LINES} lines. Choose fewer orders."
    return invoices, ""
