"""The owners' admin site: everything, on Django's default site."""

from collections.abc import Callable
from pathlib import PurePath

import django_tasks_db.admin  # noqa: F401, what it registers is taken away below
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.admin import UserAdmin
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from main.actions.orders import cancel_order, mark_order_paid
from main.actions.stock import hold_stock
from main.models import Address, Order, OrderLine, Product, ProductImage, ProductTag, User
from main.models.isbn import isbn13

# It shows the arguments of tasks, and a mail about an account carries a link that opens it.
admin.site.unregister(DBTaskResult)


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


class ProductImageForm(forms.ModelForm):
    def clean_image(self):
        """Give an upload a name of its own: of cover.png and cover.jpg, the renditions have one."""
        image = self.cleaned_data["image"]
        if isinstance(image, UploadedFile) and "image" in self.changed_data:
            name = PurePath(image.name)
            image.name = f"{name.stem[:100]}-{get_random_string(8).lower()}{name.suffix}"
        return image


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    form = ProductImageForm
    extra = 1


class ProductForm(forms.ModelForm):
    """A book as its owner changes it: only what differs from what the page was opened with counts.

    Meanwhile customers take copies from the stock, and imports set prices and subjects.
    """

    isbn = forms.CharField(
        label="ISBN-13",
        required=False,
        empty_value=None,
        max_length=40,
        widget=AdminTextInputWidget,
        help_text="With or without hyphens; one of ten digits becomes one of thirteen.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean_isbn(self) -> str | None:
        isbn = self.cleaned_data["isbn"]
        try:
            return isbn13(isbn) if isbn else None
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_stock(self) -> int:
        """What was counted, as a difference: copies sold since the page was opened stay sold."""
        counted = self.cleaned_data["stock"]
        if self.instance.pk is None:
            return counted
        seen, there = self._stock_seen(), hold_stock(product_id=self.instance.pk)
        stock = there + counted - seen
        if stock < 0:
            raise forms.ValidationError(
                f"There are {there} copies by now, not {seen}. Open the page anew, and count again."
            )
        return stock

    def _stock_seen(self) -> int:
        hidden = self.data.get(self.add_initial_prefix("stock"))
        try:
            return int(hidden)
        except (TypeError, ValueError):
            raise forms.ValidationError("Open the page anew: it has forgotten the stock.") from None

    def _save_m2m(self) -> None:
        if "tags" in self.changed_data:
            super()._save_m2m()


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    form = ProductForm
    list_display = ["name", "authors", "isbn", "price", "stock", "active"]
    list_filter = ["active", "language", "tags"]
    list_per_page = 50
    search_fields = ["name", "authors", "isbn"]
    autocomplete_fields = ["tags"]
    readonly_fields = ["slug", "created_at", "updated_at"]
    inlines = [ProductImageInline]

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            obj.save()
            return
        columns = {field.name for field in Product._meta.concrete_fields}
        obj.save(update_fields=[*columns.intersection(form.changed_data), "updated_at"])


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
    """An order is an agreement: it is read here, marked paid or cancelled, not rewritten."""

    list_display = ["number", "email", "status", "total", "currency", "created_at"]
    list_filter = ["status", "created_at"]
    list_per_page = 50
    search_fields = ["id", "email"]
    ordering = ["-created_at"]
    inlines = [OrderLineInline]
    actions = ["mark_paid", "cancel"]

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term.replace("-", ""))

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_settle_permission(self, request) -> bool:
        """The right to change orders, which here lets nobody rewrite one."""
        return request.user.has_perm("main.change_order")

    @admin.action(description="Mark paid: the transfer came", permissions=["settle"])
    def mark_paid(self, request, queryset) -> None:
        paid = self._settle(request, queryset, action=mark_order_paid, done="Marked paid.")
        self.message_user(request, f"{paid} marked paid; others were not new.")

    @admin.action(description="Cancel: the books go back to the shelf", permissions=["settle"])
    def cancel(self, request, queryset) -> None:
        cancelled = self._settle(request, queryset, action=cancel_order, done="Cancelled.")
        self.message_user(request, f"{cancelled} cancelled; others were sent or cancelled before.")

    def _settle(self, request, queryset, *, action: Callable[..., bool], done: str) -> int:
        """How many orders it was done to; each with its entry in the history, or not at all."""
        settled = 0
        for order in queryset:
            with transaction.atomic():
                if action(order_id=order.pk):
                    self.log_change(request, order, done)
                    settled += 1
        return settled
