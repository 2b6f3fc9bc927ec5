"""What the lists and pages of the three sites share: fast however many rows there are."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import FieldListFilter, SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django_countries.fields import CountryField

from main.admin.keys import NUL, KeyField, KeysField, is_key
from main.forms.addresses import CountrySelect
from main.forms.pages import BoundedPaginator
from main.models.folded_text import holding
from main.models.folding import plain
from main.models.search import MOST_WORDS

# In the confirmation of a deletion: all keys in one field, since a form may have a thousand only.
CONFIRMED = "confirmed"


class BoundedList(ChangeList):
    """A list that answers 400 if the address contains an impossible value."""

    @cached_property
    def all_count(self) -> int:
        """How many rows “select all” takes: its pages may be counted less far."""
        if not self.paginator.is_cut:
            return self.result_count
        return self.queryset.order_by().count()

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise BadRequest(
                "There is no such list: the address contains an invalid value."
            ) from error


class StaffModelAdmin(admin.ModelAdmin):
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50

    def lookup_allowed(self, lookup: str, value, request: HttpRequest | None = None) -> bool:
        """Only the lookups of the list's filters: others reveal hidden columns, or fail."""
        return any(
            lookup in self._asked_by(each, request) for each in self.get_list_filter(request)
        )

    def _asked_by(self, list_filter, request: HttpRequest | None) -> list[str | None]:
        if isinstance(list_filter, type) and issubclass(list_filter, SimpleListFilter):
            return [list_filter.parameter_name]
        given = isinstance(list_filter, (list, tuple))
        name, make = list_filter if given else (list_filter, FieldListFilter.create)
        field = get_fields_from_path(self.model, name)[-1]
        return make(field, request, {}, self.model, self, field_path=name).expected_parameters()

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return BoundedList

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, **{"form_class": KeyField} | kwargs
        )

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, **{"form_class": KeysField} | kwargs
        )

    def formfield_for_choice_field(self, db_field, request: HttpRequest, **kwargs):
        if isinstance(db_field, CountryField):
            kwargs["widget"] = CountrySelect
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        if confirmed := request.POST.get(CONFIRMED):
            request.POST = request.POST.copy()
            request.POST.setlist(ACTION_CHECKBOX_NAME, confirmed.split(","))
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None):
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def response_action(self, request: HttpRequest, queryset: QuerySet):
        """Refuse invalid keys before they reach the database."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not is_key(self.model._meta.pk, key):
                raise BadRequest("That is not a valid key.")
        return super().response_action(request, queryset)


class FoldedSearch:
    """Finds rows by each word of a search, however their names and the words are written.

    `search_fields` are asked beside the folded texts.
    """

    search_fields: Sequence[str] = ()
    model: Any

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        for word in plain(search_term).split()[:MOST_WORDS]:
            beside = [Q(**{f"{field}__icontains": word}) for field in self.search_fields]
            queryset = queryset.filter(reduce(or_, beside, holding(self.model, word)))
        return queryset, False


class ReadOnlyAdmin(StaffModelAdmin):
    """Rows that can only be viewed."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
