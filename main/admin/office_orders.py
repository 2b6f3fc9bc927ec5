"""Orders for the owners and the office: with money, documents and addresses to correct."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path

from main.actions.dropped_payments import revoke_payment
from main.actions.orders import (
    cancel_order,
    correct_billing_address,
    correct_shipping_address,
)
from main.actions.payments import mark_order_paid
from main.admin.history import HistoryAdmin, Records
from main.admin.invoices import print_invoices
from main.admin.order_forms import (
    ADDRESS_FIELDS,
    OrderAddressForm,
    OrderMoveForm,
    kind_of,
    open_address_fields,
)
from main.admin.orders import OrderAdmin, PlacedFilter
from main.errors import MoveRefused
from main.models import Order, OrderLine
from main.models.order_moves import ORDER_MOVES, check_address_open, is_address_open
from main.wording.money import money

TITLES = {"shipping": "Deliver to", "billing": "Bill to"}


class OfficeOrderAdmin(OrderAdmin, HistoryAdmin):
    change_form_template = "admin/orders/office.html"
    form = OrderAddressForm
    list_display = ["number", "email", "billing_name", "state", "total_shown", "placed"]
    list_filter = ["status", ("created_at", PlacedFilter)]
    search_help_text = "Whole order number or ISBN; e-mail address or name (a part will do)"
    actions = ["mark_paid", "mark_lines_processing", "mark_lines_sent", print_invoices]
    records_beyond = None  # lines and order are one story; so many records it never has
    reads_notes = False

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("main.settle_order")

    def may_refund(self, request: HttpRequest) -> bool:
        return self.has_settle_permission(request)

    @admin.display(description="total")
    def total_shown(self, order: Order) -> str:
        return money(order.total, order.currency)

    @admin.action(description="Mark paid: the payment has arrived", permissions=["settle"])
    def mark_paid(self, request: HttpRequest, queryset: QuerySet) -> None:
        def pay(order: Order) -> None:
            mark_order_paid(order_id=order.pk)

        self.do_to_each(request, pay, done="Marked paid and invoiced")

    # --- An order's page --------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.status_view)
        return [
            path("<path:object_id>/status/", view, name="main_order_status"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None):
        """What can be mended; the rest is shown beside."""
        fields = open_address_fields(obj) if obj else []
        by_kind = [
            (title, [name for name in fields if name.startswith(kind)])
            for kind, title in TITLES.items()
        ]
        return [(title, {"fields": names}) for title, names in by_kind if names]

    def page_context(self, request: HttpRequest, order: Order) -> dict:
        context = super().page_context(request, order)
        lines = context["lines_form"].lines
        moves = ORDER_MOVES[Order.Status(order.status)]
        # What the actions refuse anyway is not offered.
        if any(line.status == OrderLine.Status.SENT for line in lines):
            moves = set()
        frozen = [kind for kind in TITLES if not is_address_open(order, kind)]
        return context | {
            "with_money": True,
            "documents": list(order.invoices.order_by("pk")),
            "moves": {status.name for status in moves},
            "may_settle": self.has_settle_permission(request),
            "parcels": [(TITLES[kind], getattr(order, kind)) for kind in frozen],
            "can_mend": len(frozen) < len(TITLES),
            "show_save_and_continue": False,
        }

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None):
        if request.method != "POST":
            return super().change_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            held = self.hold(request, object_id)
            try:
                for kind in {
                    kind_of(name): None for name in ADDRESS_FIELDS if name in request.POST
                }:
                    check_address_open(held, kind)
            except MoveRefused as error:
                self.message_user(request, str(error), messages.ERROR)
                return self.to_page(request, object_id)
            return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Order, form, change: bool) -> None:
        """The addresses and nothing else: the row is held since it was read."""
        if shipping := _changed(obj, "shipping", form.changed_data):
            correct_shipping_address(order_id=obj.pk, address=shipping)
        if billing := _changed(obj, "billing", form.changed_data):
            correct_billing_address(order_id=obj.pk, address=billing)
            if obj.status != Order.Status.NEW:
                text = (
                    f"Order {obj.number} was invoiced again: "
                    "a credit note cancels the first invoice."
                )
                self.message_user(request, text, messages.SUCCESS)

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mark paid, take that back, or cancel; a wrong move is refused with its sentence."""
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
            text = f"Order {order.number} is {state} by now. Look again, then decide."
            self.message_user(request, text, messages.ERROR)
        else:
            self._settle(request, order, **form.cleaned_data)

    def _settle(
        self, request: HttpRequest, order: Order, *, to: int, was: int, reason: str
    ) -> None:
        try:
            match to:
                case Order.Status.PAID:
                    mark_order_paid(order_id=order.pk)
                case Order.Status.NEW:
                    revoke_payment(order_id=order.pk)
                case Order.Status.CANCELLED:
                    cancel_order(order_id=order.pk, reason=reason)
                case _:
                    raise MoveRefused("An order is done when its lines are.")
        except MoveRefused as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        label = Order.Status(to).label
        self.message_user(request, f"Order {order.number} is {label} now.", messages.SUCCESS)

    def history_records(self, key) -> Records:
        lines = OrderLine.history.filter(order_id=key).select_related("history_user")
        records = [*super().history_records(key), *lines]
        return sorted(records, key=lambda each: (each.history_date, each.history_id), reverse=True)


def _changed(order: Order, kind: str, names: list[str]) -> dict[str, str]:
    """The parts of that address which the form changed."""
    return {
        name.removeprefix(f"{kind}_"): getattr(order, name)
        for name in names
        if kind_of(name) == kind
    }
