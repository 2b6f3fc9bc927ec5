"""Customers' own addresses: staff may correct them, but not give them to another customer."""

from django.contrib import admin
from django.http import HttpRequest

from main.admin.base import FoldedSearch, StaffModelAdmin
from main.models import Address


class AddressAdmin(FoldedSearch, StaffModelAdmin):
    list_display = ["name", "address1", "city", "zip_code", "country_name", "user"]
    list_display_links = ["name"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    sortable_by: list[str] = []
    search_fields = ["user__email", "zip_code"]
    search_help_text = "Name, e-mail address or postcode (a part will do)"
    view_on_site = False
    fields = ["user", "name", "address1", "address2", "city", "zip_code", "country"]

    def get_readonly_fields(self, request: HttpRequest, obj: Address | None = None) -> list[str]:
        return ["user"] if obj else []

    @admin.display(description="country")
    def country_name(self, address: Address) -> str:
        """The field itself would sort all countries for each row."""
        return address.country.name


class OwnerAddressAdmin(AddressAdmin):
    autocomplete_fields = ["user"]
