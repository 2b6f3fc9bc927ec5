"""What the lists and pages of the three sites have in common: quick however many rows there are."""

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst

NUL = "\x00"  # PostgreSQL stores no such character, nor compares one


class BoundedPaginator(Paginator):
    """Counts no further than MOST rows: whoever wants what comes after searches or filters."""

    MOST = 5000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: self.MOST].count()
        return len(rows)


class StaffModelAdmin(admin.ModelAdmin):
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50

    def lookup_allowed(self, lookup: str, value, request: HttpRequest | None = None) -> bool:
        """By the filters of the list only: others would answer questions about hidden columns."""
        fields = {_field_of(each) for each in self.get_list_filter(request)}
        return any(lookup == name or lookup.startswith(name + LOOKUP_SEP) for name in fields)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None):
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def response_action(self, request: HttpRequest, queryset: QuerySet):
        """Keys that are none are refused before they reach the database."""
        pk = self.model._meta.pk
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                pk.clean(key, None)
            except ValidationError:
                raise BadRequest(f"“{key}” is no key.") from None
            if NUL in key:
                raise BadRequest("That is no key.")
        return super().response_action(request, queryset)


class ReadOnlyAdmin(StaffModelAdmin):
    """Rows to look at."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _field_of(list_filter) -> str:
    """What a filter stands for in the address: a field, or a name of its own."""
    if isinstance(list_filter, type) and issubclass(list_filter, SimpleListFilter):
        return list_filter.parameter_name or ""
    return list_filter[0] if isinstance(list_filter, (list, tuple)) else list_filter
