"""Conversations, read only, and customer service's canned replies."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from main.admin.base import FoldedSearch, ReadOnlyAdmin, StaffModelAdmin
from main.models import CannedReply, Conversation, Message
from main.models.canned_replies import PLACEHOLDERS
from main.models.orders import order_id_in
from main.wording.dates import moment
from main.wording.facts import message_text

MOST_SHOWN = 200  # messages, the newest; the conversation's own page has all


class CannedReplyAdmin(FoldedSearch, StaffModelAdmin):
    list_display = ["name", "beginning", "active"]
    list_filter = ["active"]
    search_fields = ["name", "text"]
    fields = ["name", "text", "active"]

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "text" in form.base_fields:
            known = "; ".join(f"{{{name}}}: {meaning}" for name, meaning in PLACEHOLDERS.items())
            form.base_fields["text"].help_text = f"Filled in when it is sent: {known}."
        return form

    @admin.display(description="text")
    def beginning(self, reply: CannedReply) -> str:
        return Truncator(reply.text).chars(100)


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "stands"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [("waiting", "Customer is waiting"), ("desk", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "waiting":
                return queryset.waiting()
            case "desk":
                return queryset.open()
            case "closed":
                return queryset.filter(closed_at__isnull=False)
        return queryset


class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["number", "customer", "waiting_since", "assignee", "closed_at", "changed_at"]
    list_display_links = ["number"]
    list_filter = [StateFilter]
    list_select_related = ["order", "assignee"]
    ordering = ["-changed_at"]
    sortable_by: list[str] = []
    search_fields = ["order"]
    search_help_text = "Number of an order"
    fields = ["number", "customer", "page", "waiting_since", "assignee", "closed_at", "said"]
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("order", "assignee")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if (order_id := order_id_in(search_term)) is not None:
            return queryset.filter(pk=order_id), False
        return (queryset.none() if search_term.strip(" -") else queryset), False

    @admin.display(description="order")
    def number(self, conversation: Conversation) -> str:
        return conversation.order.number

    @admin.display(description="customer")
    def customer(self, conversation: Conversation) -> str:
        return conversation.order.billing_name

    @admin.display(description="page")
    def page(self, conversation: Conversation) -> str:
        path = reverse("cs_chat", args=[conversation.pk])
        return format_html('<a href="{}">Read and answer</a>', path)

    @admin.display(description="the newest messages")
    def said(self, conversation: Conversation) -> str:
        newest = Message.objects.of(conversation.pk).order_by("-seq")[:MOST_SHOWN]
        lines = (
            (moment(each.at), each.author_name, linebreaksbr(message_text(each))) for each in newest
        )
        return format_html_join("", "<p>{}, <b>{}</b><br>{}</p>", lines)
