"""Reports as CSV for spreadsheets: Excel decodes the text correctly, and no cell is a formula."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

# Spreadsheets treat a cell that begins like this as a formula, some after trimming it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_response(name: str, headings: list[str], rows: Iterable[list]) -> HttpResponse:
    """A download named after the report and today's date, with ISO dates and plain numbers."""
    today = timezone.localdate().isoformat()
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{today}.csv"'},
    )
    response.write("\ufeff")  # without it Excel does not recognise UTF-8
    # Quoted, since in many countries semicolons or tabs separate cells.
    writer = csv.writer(response, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([as_cell(value) for value in row] for row in rows)
    return response


def as_cell(value: str | int | Decimal | date | None) -> str:
    """Numbers stay numbers, even negative; text that would be a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return value.isoformat() if isinstance(value, date) else str(value)
