"""The reports in an admin site, each as a page with a chart or as CSV, and the index's glance."""

import functools
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from main import access, reports
from main.admin.report_csv import csv_response
from main.admin.report_pages import PAGES, ReportPage
from main.forms.reports import ReportForm
from main.models.staff_roles import Right


class ReportViews:
    """Gives an admin site the reports, each under its name, and the glance on its index."""

    index_template = "admin/reports/index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [
            path(f"{page.name}/", self.admin_view(self._view_of(page)), name=page.name)
            for page in PAGES
        ]
        return [*own, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {}
        if access.may(request.user, Right.VIEW_REPORTS):
            context = {"glance": reports.glance(), "report_pages": PAGES}
        return super().index(request, context | (extra_context or {}))

    def _view_of(self, page: ReportPage):
        return require_safe(functools.partial(self._report, page=page))

    def _report(self, request: HttpRequest, *, page: ReportPage) -> HttpResponse:
        """An unknown period or format is named (400), above the figures of the first period."""
        if not access.may(request.user, Right.VIEW_REPORTS):
            raise PermissionDenied
        form = ReportForm(request.GET, periods=page.periods, unit=page.unit)
        if form.is_csv and page.read_all:
            return _csv(page, page.read_all(form.chosen), period=form.chosen)
        report = page.read(form.chosen)
        rows = report.rows[::-1] if page.newest_first else report.rows
        if form.is_csv:
            return _csv(page, rows, period=form.chosen)
        request.current_app = self.name
        context = self.each_context(request) | _context(page, report, rows) | {"form": form}
        status = 200 if form.is_valid() else 400
        return TemplateResponse(request, "admin/reports/report.html", context, status=status)


def _csv(page: ReportPage, rows: list, *, period: int) -> HttpResponse:
    return csv_response(
        slugify(f"{page.title} {period} {page.unit}"),
        [column.heading for column in page.columns],
        ([getattr(row, column.field) for column in page.columns] for row in rows),
    )


def _context(page: ReportPage, report: reports.Report, rows: list) -> dict[str, Any]:
    return {
        "title": page.title,
        "page": page,
        "report": report,
        "rows": [
            [(column.kind, getattr(row, column.field), row) for column in page.columns]
            for row in rows
        ],
        "totals": [
            (column.kind, sum(getattr(row, column.field) for row in rows)) for column in page.totals
        ],
        "picture": {"title": page.title, **page.picture(report.rows)} if rows else None,
    }
