"""Orders as all three sites show them: to find, view and move their lines, one order or many."""

from collections.abc import Callable, Sequence

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html

from main.actions.order_lines import move_order_lines
from main.admin.base import StaffModelAdmin
from main.admin.line_forms import LineMovesForm
from main.errors import MoveRefused
from main.models import Order, OrderLine

MOST_AT_ONCE = 200
MOST_SENTENCES = 10
LINES = Prefetch("lines", OrderLine.objects.select_related("product"))
TO_BE_SENT = [OrderLine.Status.NEW, OrderLine.Status.PROCESSING]


class PlacedFilter(admin.DateFieldListFilter):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.title = "day it was placed"


class OrderAdmin(StaffModelAdmin):
    """An order is an agreement: nobody can change here what was agreed."""

    list_display_links = ["number"]
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_fields = ["id"]
    view_on_site = False

    # --- Who may what -----------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("main.change_orderline")

    def may_refund(self, request: HttpRequest) -> bool:
        return False

    # --- The list ---------------------------------------------------------------------------

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    @admin.display(description="status")
    def state(self, order: Order) -> str:
        status = Order.Status(order.status)
        return format_html(
            '<span class="state state-{}">{}</span>', status.name.lower(), status.label
        )

    @admin.display(description="placed", ordering="created_at")
    def placed(self, order: Order):
        return order.created_at

    @admin.action(description="Mark lines processing: being packed", permissions=["move"])
    def mark_lines_processing(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._move_all_lines(request, [OrderLine.Status.NEW], OrderLine.Status.PROCESSING)

    @admin.action(description="Mark lines sent", permissions=["move"])
    def mark_lines_sent(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._move_all_lines(request, TO_BE_SENT, OrderLine.Status.SENT)

    def _move_all_lines(
        self, request: HttpRequest, from_: list[OrderLine.Status], to: OrderLine.Status
    ) -> None:
        def move(order: Order) -> None:
            ids = [line.pk for line in order.lines.all() if line.status in from_]
            if not ids:
                raise MoveRefused(
                    f"Order {order.number} has no lines that could become {to.label}."
                )
            move_order_lines(order_id=order.pk, line_ids=ids, status=to)

        self.do_to_each(request, move, done=f"Lines {to.label}")

    def do_to_each(
        self, request: HttpRequest, action: Callable[[Order], object], *, done: str
    ) -> None:
        """Act on each chosen order separately: one that is refused does not affect the others."""
        moved, refusals = 0, []
        for order in self._chosen(request):
            try:
                action(order)
                moved += 1
            except MoveRefused as error:
                refusals.append(str(error))
        if moved:
            text = f"{done}: {moved} {'order' if moved == 1 else 'orders'}."
            self.message_user(request, text, messages.SUCCESS)
        self._tell(request, refusals, messages.ERROR, more="more orders could not be changed")

    def _tell(
        self, request: HttpRequest, sentences: Sequence[str], level: int, *, more: str
    ) -> None:
        for sentence in sentences[:MOST_SENTENCES]:
            self.message_user(request, sentence, level)
        if len(sentences) > MOST_SENTENCES:
            text = f"And {len(sentences) - MOST_SENTENCES} {more}."
            self.message_user(request, text, level)

    def _chosen(self, request: HttpRequest) -> list[Order]:
        """The chosen orders, if still in the filtered list; a message counts the missing ones."""
        keys = {int(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)}
        orders = list(
            self.get_queryset(request)
            .filter(pk__in=list(keys)[: MOST_AT_ONCE + 1])
            .prefetch_related("lines")
            .order_by("created_at")
        )
        if len(keys) > MOST_AT_ONCE or request.POST.get("select_across") == "1":
            text = f"Select at most {MOST_AT_ONCE} orders at once, using their tick boxes."
            self.message_user(request, text, messages.ERROR)
            return []
        if len(orders) < len(keys):
            missing = len(keys) - len(orders)
            text = f"{missing} of the orders {'is' if missing == 1 else 'are'} no longer here."
            self.message_user(request, text, messages.ERROR)
        return orders

    # --- An order's page --------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.lines_view)
        return [
            path("<path:object_id>/lines/", view, name="main_order_lines"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None):
        order = self.get_object(request, object_id)
        context = self.page_context(request, order) if order else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def page_context(self, request: HttpRequest, order: Order) -> dict:
        prefetch_related_objects([order], LINES)
        form = LineMovesForm(order=order, may_refund=self.may_refund(request))
        return {
            "title": f"Order {order.number}",
            "subtitle": None,
            "order": order,
            "lines_form": form,
            "may_move": self.has_move_permission(request),
            "state": Order.Status(order.status).name.lower(),
        }

    def lines_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Move the lines as chosen; if that is refused, the choices stay on the page."""
        if not self.has_move_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.to_page(request, object_id)
        with transaction.atomic():
            order = self.hold(request, object_id)
            form = LineMovesForm(request.POST, order=order, may_refund=self.may_refund(request))
            if form.is_valid():
                self._move_lines(request, form)
        if form.errors:
            request.method = "GET"  # render the page as for GET, with the form as it was sent
            return self.change_view(request, object_id, extra_context={"lines_form": form})
        return self.to_page(request, object_id)

    def _move_lines(self, request: HttpRequest, form: LineMovesForm) -> None:
        of_this = {
            "order_id": form.order.pk,
            "reason": form.cleaned_data["reason"],
            "copies": form.copies.chosen(form.lines),
            "may_refund": form.may_refund,
            "recorded_by": request.user.pk,
        }
        for status, ids in form.moves().items():
            try:
                move_order_lines(**of_this, line_ids=ids, status=status)
                count = f"{len(ids)} {'line' if len(ids) == 1 else 'lines'}"
                text = f"{count} of order {form.order.number}: now {status.label}."
                self.message_user(request, text, messages.SUCCESS)
            except MoveRefused as error:
                self.message_user(request, str(error), messages.ERROR)
        self._tell(request, form.stale, messages.WARNING, more="more lines were left unchanged")

    def hold(self, request: HttpRequest, object_id: str) -> Order:
        """The order, locked, so that it cannot change between check and move."""
        order = self.get_object(request, object_id)
        held = order and self.get_queryset(request).locked().filter(pk=order.pk).first()
        if not held:
            raise Http404("There is no such order here.")
        prefetch_related_objects([held], LINES)
        return held

    def to_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Back to the order, or to the list if the order is no longer visible here."""
        order = self.get_object(request, object_id)
        name, arguments = ("change", [order.pk]) if order else ("changelist", [])
        site = self.admin_site.name
        url = reverse(f"admin:main_order_{name}", args=arguments, current_app=site)
        kept = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return redirect(add_preserved_filters(kept, url))
