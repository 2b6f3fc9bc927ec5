"""Invoices at the staff's doors: one by one in each site that has them, or a stack to print."""

import logging

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from main.documents import invoice_response, invoices_pdf, pdf_response
from main.gateways.pdf import PdfUnavailable
from main.models import Invoice, Order

logger = logging.getLogger(__name__)
# A stack of so many takes some twenty seconds to print, and who asked for it waits.
MOST_ORDERS, MOST_LINES = 200, 1000


class InvoiceViews:
    """What makes an admin site show invoices, as `invoice`."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_view(require_safe(self.invoice))
        return [path("invoice/<int:order_id>/", view, name="invoice"), *super().get_urls()]

    def invoice(self, request: HttpRequest, order_id: int) -> HttpResponse:
        if not request.user.has_perm("main.view_invoice"):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=order_id)
        back_url = reverse("admin:main_order_change", args=[order.pk], current_app=self.name)
        return invoice_response(request, order, back_url=back_url, disposition="inline")


@admin.action(description="Print the invoices", permissions=["view"])
def print_invoices(
    model_admin: admin.ModelAdmin, request: HttpRequest, orders: QuerySet
) -> HttpResponse | None:
    """All documents of the orders in one PDF, as they were issued; a message if that cannot be."""
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
    """On the next page, since a PDF says nothing: which orders have nothing to print."""
    chosen = orders.count()
    if missing := chosen - len({invoice.order_id for invoice in printed}):
        verb = "has" if missing == 1 else "have"
        text = f"{missing} of the {chosen} orders {verb} no invoice."
        model_admin.message_user(request, text, messages.WARNING)


def _to_print(request: HttpRequest, orders: QuerySet) -> tuple[list[Invoice], str]:
    """The documents, or why there are none."""
    if not request.user.has_perm("main.view_invoice"):
        return [], "You may not read invoices."
    chosen = list(orders.values_list("pk", flat=True)[: MOST_ORDERS + 1])
    if len(chosen) > MOST_ORDERS:
        return [], f"Choose at most {MOST_ORDERS} orders to print at once."
    invoices = list(Invoice.objects.for_rendering().filter(order__in=chosen).order_by("pk"))
    if not invoices:
        return [], "None of these orders was paid: they have no invoices."
    if sum(len(invoice.lines.all()) for invoice in invoices) > MOST_LINES:
        return [], f"These invoices have more than {MOST_LINES} lines. Choose fewer orders."
    return invoices, ""
