"""Orders' money, for staff who may settle: forms that act on a locked order, and plain moves."""

from collections.abc import Callable
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import path

from main.actions.dropped_payments import revoke_payment
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.admin.ledger_forms import ledger_version
from main.admin.order_forms import OrderMoveForm
from main.admin.orders import OrderAdmin
from main.errors import MoveRefused, ShopError
from main.models import Order


class SettlingForm(Protocol):
    """A form about one order: `perform` calls one action and returns the text for the next page."""

    is_valid: Callable[[], bool]
    add_error: Callable[[str | None, str], None]
    errors: forms.utils.ErrorDict

    def perform(self, *, by: int) -> str: ...


class SettlingAdmin(OrderAdmin):
    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("main.settle_order")

    def may_refund(self, request: HttpRequest) -> bool:
        return self.has_settle_permission(request)

    def get_urls(self):
        view = self.admin_site.admin_view(self.status_view)
        return [
            path("<path:object_id>/status/", view, name="main_order_status"),
            *super().get_urls(),
        ]

    def perform(
        self,
        request: HttpRequest,
        object_id: str,
        make_form: Callable[[Order], SettlingForm | None],
        show: Callable[[Order, SettlingForm], dict[str, Any]],
    ) -> HttpResponse:
        """Do what the form asks to the locked order; a refused form stays on the page (`show`)."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.to_page(request, object_id)
        with transaction.atomic():
            order = self.hold(request, object_id)
            form = make_form(order)
            if form:
                self._do(request, form)
        if form and form.errors:
            request.method = "GET"  # render the page as for GET, with the form as it was sent
            return self.change_view(request, object_id, extra_context=show(order, form))
        return self.to_page(request, object_id)

    def _do(self, request: HttpRequest, form: SettlingForm) -> None:
        if not form.is_valid():
            return
        try:
            self.message_user(request, form.perform(by=request.user.pk), messages.SUCCESS)
        except ShopError as error:
            form.add_error(None, str(error))

    def page_context(self, request: HttpRequest, order: Order) -> dict:
        prefetch_related_objects([order], "charges")
        return super().page_context(request, order)

    # --- The order as a whole ---------------------------------------------------------------

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mark paid, undo that, or cancel; a forbidden move is refused with the reason."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            with transaction.atomic():
                self._move(request, self.hold(request, object_id))
        return self.to_page(request, object_id)

    def _move(self, request: HttpRequest, order: Order) -> None:
        form = OrderMoveForm(request.POST)
        if not form.is_valid():
            sentences = [text for errors in form.errors.values() for text in errors]
            self.message_user(request, " ".join(sentences), messages.ERROR)
        elif form.cleaned_data["was"] != order.status:
            state = Order.Status(order.status).label
            text = f"Order {order.number} is now {state}. Please check it and decide again."
            self.message_user(request, text, messages.ERROR)
        elif form.cleaned_data["seen"] not in ("", ledger_version(order)):
            text = f"What is due for order {order.number} has changed. Please check and try again."
            self.message_user(request, text, messages.ERROR)
        else:
            self._settle(
                request, order, to=form.cleaned_data["to"], reason=form.cleaned_data["reason"]
            )

    def _settle(self, request: HttpRequest, order: Order, *, to: int, reason: str) -> None:
        try:
            match to:
                case Order.Status.PAID:
                    mark_order_paid(order_id=order.pk, recorded_by=request.user.pk)
                case Order.Status.NEW:
                    revoke_payment(order_id=order.pk)
                case Order.Status.CANCELLED:
                    cancel_order(order_id=order.pk, reason=reason, recorded_by=request.user.pk)
                case _:
                    raise MoveRefused("An order is done when every line is sent or cancelled.")
        except MoveRefused as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        label = Order.Status(to).label
        self.message_user(request, f"Order {order.number} is now {label}.", messages.SUCCESS)
