"""The history page: who changed what, when, from what to what, and why."""

from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from main.admin.base import StaffModelAdmin
from main.admin.history_entries import Entry, entries_of, notes_of

PER_PAGE = 50
Records = QuerySet | list


class HistoryAdmin(StaffModelAdmin):
    """Shows what main.models.history stored about a row, even after its deletion."""

    object_history_template = "admin/history.html"
    # Records read beyond a page, to know what its oldest one changed; None means all.
    records_beyond: int | None = 1
    # Whether to show the admin's own log entries where they say more than the records.
    reads_notes = True
    # Fields whose changes the records' reasons already tell, so that notes do not repeat them.
    told_as_reasons: frozenset[str] = frozenset()

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        records = self.history_records(obj.pk if obj else self._key(unquote(object_id)))
        page = Paginator(records, PER_PAGE).get_page(request.GET.get(PAGE_VAR))
        if obj is None and not page.object_list:
            raise Http404("There’s nothing at this address.")
        paginator = page.paginator
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {obj or page[0].instance}",
            "opts": self.opts,
            "object": obj,
            "entries": self._entries(records, page),
            "page": page,
            "pages": list(paginator.get_elided_page_range(page.number)),
            "page_var": PAGE_VAR,
            "preserved_filters": self.get_preserved_filters(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    def history_records(self, key: Any) -> Records:
        """All records of the object, newest first."""
        kept = self.model.history.filter(**{self.model._meta.pk.attname: key})
        return kept.select_related("history_user").order_by("-history_date", "-history_id")

    def _key(self, text: str) -> Any:
        try:
            return self.model._meta.pk.clean(text, None)
        except ValidationError:
            raise Http404("This does not exist.") from None

    def _entries(self, records: Records, page: Page) -> list[Entry]:
        start, end = max(page.start_index() - 1, 0), page.end_index()
        beyond = self.records_beyond
        window = list(records[start : None if beyond is None else end + beyond])
        shown = entries_of(window, about=self.model)[: end - start]
        if not (self.reads_notes and window):
            return shown
        older = window[end - start :]
        notes = self._notes(
            window[0],
            since=older[0].history_date if older else None,
            until=window[0].history_date if start else None,
        )
        return sorted([*shown, *notes], key=lambda entry: entry.at, reverse=True)

    def _notes(self, record: Any, *, since: datetime | None, until: datetime | None) -> list[Entry]:
        key = self.model._meta.pk.value_from_object(record)
        log = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self.model), object_id=str(key)
        ).select_related("user")
        notes = notes_of(log, about=self.model, told=self.told_as_reasons)
        return [
            note
            for note in notes
            if (since is None or note.at > since) and (until is None or note.at <= until)
        ]
