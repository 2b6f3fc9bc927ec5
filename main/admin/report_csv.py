"""Reports as CSV for spreadsheets: Excel reads the letters right, and no cell is a formula."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

# A spreadsheet reads a cell that begins so as a formula, or comes to do so once it was trimmed.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_response(name: str, headings: list[str], rows: Iterable[list]) -> HttpResponse:
    """A download named after the report and today; dates are ISO's, numbers plain."""
    today = timezone.localdate().isoformat()
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{today}.csv"'},
    )
    response.write("\ufeff")  # without it Excel takes UTF-8 for something else
    # Where semicolons or tabs part cells, as in many countries, text must not end at one.
    writer = csv.writer(response, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([as_cell(value) for value in row] for row in rows)
    return response


def as_cell(value: str | int | Decimal | date | None) -> str:
    """A number stays one, minus and all; text that would be a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return value.isoformat() if isinstance(value, date) else str(value)
