"""An order's payments and refunds on its page, and the forms that record them."""

from collections.abc import Iterator

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import path

from main.admin.ledger_forms import (
    LedgerForm,
    PaymentForm,
    RefundPaidForm,
    ledger_form,
    ledger_version,
)
from main.admin.settling import SettlingAdmin
from main.models import Order, Payment, Refund

PAYMENTS = Prefetch("payments", Payment.objects.select_related("recorded_by"))
REFUNDS = Prefetch("refunds", Refund.objects.select_related("recorded_by", "credit_note"))


class LedgerPanel:
    """What the page shows of an order's money; `typed` is a refused form as it was sent."""

    def __init__(self, order: Order, typed: LedgerForm | None = None) -> None:
        prefetch_related_objects([order], PAYMENTS, REFUNDS)
        self.order, self.typed = order, typed
        self.balance, self.version = order.balance, ledger_version(order)

    @property
    def is_older(self) -> bool:
        """Settled before there was a ledger, and not touched since."""
        return bool(self.balance.paid) and not self.order.payments.all()

    @property
    def payment_form(self) -> PaymentForm:
        if isinstance(self.typed, PaymentForm):
            return self.typed
        return PaymentForm(order=self.order, auto_id="payment-%s")

    @property
    def refunds(self) -> Iterator[tuple[Refund, RefundPaidForm | None]]:
        for refund in self.order.refunds.all():
            is_open = refund.state == Refund.State.REQUESTED
            yield refund, self._form_of(refund) if is_open else None

    def _form_of(self, refund: Refund) -> RefundPaidForm:
        typed = self.typed
        if isinstance(typed, RefundPaidForm) and typed.data.get("entry") == str(refund.pk):
            return typed
        return RefundPaidForm(order=self.order, auto_id=f"refund-{refund.pk}-%s")


class LedgerViews(SettlingAdmin):
    def get_urls(self):
        view = self.admin_site.admin_view(self.ledger_view)
        return [
            path("<path:object_id>/ledger/", view, name="main_order_ledger"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, order: Order) -> dict:
        return super().page_context(request, order) | {"ledger": LedgerPanel(order)}

    def ledger_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record that money arrived, did not arrive, was paid back or will be."""
        return self.perform(
            request,
            object_id,
            lambda order: ledger_form(request.POST, order=order),
            lambda order, form: {"ledger": LedgerPanel(order, typed=form)},
        )
