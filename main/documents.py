"""Invoices and credit notes as responses: one page for screen and printer, or a PDF.

The customer's door (main.views.invoices) and the staff's (main.admin.invoices) return the same.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from main.gateways.einvoice import einvoice_xml
from main.gateways.kept_pdfs import first_print
from main.gateways.pdf import PdfUnavailable, make_invoice_pdf, make_pdf
from main.models import Invoice, Order

logger = logging.getLogger(__name__)


def invoice_response(
    request: HttpRequest, order: Order, *, back_url: str, disposition: str
) -> HttpResponse:
    """The document with the query's `number`, or else the latest invoice, in its `format`."""
    documents = list(order.invoices.for_rendering().order_by("pk"))
    invoice, refusal = _chosen(documents, order, request.GET.get("number", ""))
    context = {"documents": documents, "back_url": back_url, "invoice": invoice}
    kind = request.GET.get("format", "html")
    if not refusal and kind not in {"html", "pdf"}:
        refusal = "An invoice is available as a page or as a PDF."
    if refusal or invoice is None:
        return _refused(request, context, refusal, status=404)
    if kind == "html":
        return render(request, "invoices/document.html", context)
    try:
        pdf = first_print(_kept_name(invoice), lambda: invoice_pdf(invoice))
        return pdf_response(pdf, name=invoice.number, disposition=disposition)
    except PdfUnavailable as error:
        logger.exception("An invoice could not be printed.")
        return _refused(request, context, str(error), status=503)


def invoice_pdf(invoice: Invoice) -> bytes:
    """The PDF with its data embedded, for the customer's software."""
    return make_invoice_pdf(_page(invoice), xml=einvoice_xml(invoice), issued_at=invoice.issued_at)


def invoices_pdf(invoices: Iterable[Invoice]) -> bytes:
    """A stack to print: all of them in one PDF."""
    return make_pdf(_page(invoice) for invoice in invoices)


def pdf_response(pdf: bytes, *, name: str, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _chosen(documents: list[Invoice], order: Order, number: str) -> tuple[Invoice | None, str]:
    """The document, or the reason why there is none."""
    if not number and documents and order.status == Order.Status.NEW:
        return None, f"Order {order.number} has not been paid: a credit note cancelled its invoice."
    if number:
        found = [each for each in documents if each.number == number]
        refusal = f"Order {order.number} has no document with this number."
    else:
        found = [each for each in documents if not each.is_credit_note]
        refusal = f"Order {order.number} has no invoice yet: it is issued when the order is paid."
    return (found[-1], "") if found else (None, refusal)


def _kept_name(invoice: Invoice) -> str:
    """A name for this document only: after a restore, another may get the same number."""
    issued = invoice.issued_at.astimezone(UTC).isoformat()
    mark = hashlib.sha256(f"{invoice.order.number} {issued}".encode()).hexdigest()[:12]
    year = invoice.series_id.rpartition("-")[2]
    return f"invoices/{year}/{invoice.number}-{mark}.pdf"


def _page(invoice: Invoice) -> str:
    return render_to_string("invoices/document.html", {"invoice": invoice})


def _refused(request: HttpRequest, context: dict, refusal: str, *, status: int) -> HttpResponse:
    context |= {"refusal": refusal}
    return render(request, "invoices/refused.html", context, status=status)
