"""The owners' admin site: everything, on Django's default site."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from main.actions.orders import mark_order_paid
from main.models import Address, Order, OrderLine, Product, ProductImage, ProductTag, User


@admin.register(User)
class OwnerUserAdmin(UserAdmin):
    ordering = ["email"]
    list_display = ["email", "first_name", "last_name", "is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Name", {"fields": ["first_name", "last_name"]}),
        (
            "Rights",
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2"]})]


@admin.register(ProductTag)
class ProductTagAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "active"]
    list_filter = ["active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    extra = 1


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "authors", "isbn", "price", "stock", "active"]
    list_editable = ["stock"]
    list_filter = ["active", "language", "tags"]
    list_per_page = 50
    search_fields = ["name", "authors", "isbn"]
    autocomplete_fields = ["tags"]
    readonly_fields = ["slug", "created_at", "updated_at"]
    inlines = [ProductImageInline]


@admin.register(Address)
class AddressAdmin(admin.ModelAdmin):
    list_display = ["name", "city", "zip_code", "country", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "zip_code"]
    autocomplete_fields = ["user"]


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    can_delete = False
    fields = readonly_fields = ["name", "quantity", "unit_price", "tax_rate", "status"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """An order is an agreement: it is read here, and marked paid, not rewritten."""

    list_display = ["number", "email", "status", "total", "currency", "created_at"]
    list_filter = ["status", "created_at"]
    list_per_page = 50
    search_fields = ["id", "email"]
    ordering = ["-created_at"]
    inlines = [OrderLineInline]
    actions = ["mark_paid"]

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term.replace("-", ""))

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    @admin.action(description="Mark paid: the transfer came", permissions=["view"])
    def mark_paid(self, request, queryset) -> None:
        paid = sum(mark_order_paid(order_id=pk) for pk in queryset.values_list("pk", flat=True))
        self.message_user(request, f"{paid} marked paid; others were not new.")
