"""Orders for the owners and the office: with money, documents and corrections of addresses."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from main.actions.order_emails import correct_order_email
from main.actions.orders import correct_billing_address, correct_shipping_address
from main.actions.payments import mark_order_paid
from main.admin.history import HistoryAdmin, Records
from main.admin.invoices import print_invoices
from main.admin.order_charges import ChargeViews
from main.admin.order_forms import (
    ADDRESS_FIELDS,
    OrderAddressForm,
    kind_of,
    open_address_fields,
)
from main.admin.order_ledger import LedgerViews
from main.admin.orders import PlacedFilter
from main.errors import MoveRefused
from main.models import Order, OrderCharge, OrderLine
from main.models.order_money import MoneyState
from main.models.order_moves import ORDER_MOVES, check_address_open, is_address_open
from main.wording.money import money
from main.wording.payments import open_words

POSTAL = {"shipping": "Deliver to", "billing": "Bill to"}
TITLES = {"email": "Write to", **POSTAL}


class MoneyFilter(admin.SimpleListFilter):
    title, parameter_name = "payment", "money"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return MoneyState.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        asked = self.value()
        if asked not in MoneyState.values:
            return queryset
        return queryset.in_money_state(MoneyState(asked))


class OfficeOrderAdmin(LedgerViews, ChargeViews, HistoryAdmin):
    change_form_template = "admin/orders/office.html"
    form = OrderAddressForm
    list_display = ["number", "email", "billing_name", "state", "open", "total_shown", "placed"]
    list_filter = ["status", MoneyFilter, ("created_at", PlacedFilter)]
    list_select_related = ["open_balance"]
    search_help_text = "Whole order number or ISBN; e-mail address or name (a part will do)"
    actions = ["mark_paid", "mark_lines_processing", "mark_lines_sent", print_invoices]
    records_beyond = None  # the history of an order includes its lines, and is never long
    reads_notes = False

    @admin.display(description="payment")
    def open(self, order: Order) -> str:
        """The open balance, if any."""
        words = open_words(order)
        return format_html('<span class="state state-open">{}</span>', words) if words else ""

    @admin.display(description="total")
    def total_shown(self, order: Order) -> str:
        return money(order.total, order.currency)

    @admin.action(description="Mark paid: the payment has arrived", permissions=["settle"])
    def mark_paid(self, request: HttpRequest, queryset: QuerySet) -> None:
        def pay(order: Order) -> None:
            mark_order_paid(order_id=order.pk, recorded_by=request.user.pk)

        self.do_to_each(request, pay, done="Marked paid and invoiced")

    # --- An order's page --------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None):
        """The fields that can be corrected; the rest is shown beside them."""
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
        # Do not offer what the actions would refuse.
        if any(line.status == OrderLine.Status.SENT for line in lines):
            moves = set()
        frozen = [kind for kind in POSTAL if not is_address_open(order, kind)]
        return context | {
            "with_money": True,
            "documents": list(order.invoices.order_by("pk")),
            "moves": {status.name for status in moves},
            "may_settle": self.has_settle_permission(request),
            "parcels": [(POSTAL[kind], getattr(order, kind)) for kind in frozen],
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
        """Save only the addresses; the row has been locked since it was read."""
        if "email" in form.changed_data:
            correct_order_email(order_id=obj.pk, email=obj.email)
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

    def history_records(self, key) -> Records:
        records = list(super().history_records(key))
        for model in (OrderLine, OrderCharge):
            records += model.history.filter(order_id=key).select_related("history_user")
        return sorted(records, key=lambda each: (each.history_date, each.history_id), reverse=True)


def _changed(order: Order, kind: str, names: list[str]) -> dict[str, str]:
    """The parts of this address that the form changed."""
    return {
        name.removeprefix(f"{kind}_"): getattr(order, name)
        for name in names
        if kind_of(name) == kind
    }
