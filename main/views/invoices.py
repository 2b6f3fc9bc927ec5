"""The customer's own invoices and credit notes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from main.documents import invoice_response
from main.views.visitor import readable_orders


@never_cache
@require_safe
def order_invoice(request: HttpRequest, order_id: int) -> HttpResponse:
    """A customer's own document; the PDF is a download."""
    order = get_object_or_404(readable_orders(request), pk=order_id)
    return invoice_response(
        request, order, back_url=order.get_absolute_url(), disposition="attachment"
    )
