"""Customers' baskets, read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from main.admin.base import ReadOnlyAdmin
from main.models import Basket, BasketLine


class BasketLineInline(admin.TabularInline):
    model = BasketLine
    fields = readonly_fields = ["product", "quantity", "price_seen"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("product")


class BasketAdmin(ReadOnlyAdmin):
    list_display = fields = ["basket", "user", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    sortable_by: list[str] = []
    search_fields = ["user__email"]
    search_help_text = "The customer’s whole e-mail address"
    inlines = [BasketLineInline]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        term = search_term.strip()
        return (queryset.filter(user__email=term) if term else queryset), False

    @admin.display(description="basket")
    def basket(self, basket: Basket) -> str:
        return f"{basket.pk}" if basket.user_id else f"{basket.pk}, of a guest"
