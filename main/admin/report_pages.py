"""What each report shows: columns, chart and the words around them. reports.py reads this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from main import reports
from main.wording.dates import short_day, short_month

_IN_PICTURE = 15  # books: a chart with more bars cannot be read


@dataclass(frozen=True, slots=True)
class Column:
    """A column under `heading`, with the row's `field`. `kind` says how it is formatted:

    text, number, money, rate, day, month, or book (a name that links to the book's page).
    """

    heading: str
    field: str
    kind: str = "number"

    @property
    def is_figure(self) -> bool:
        return self.kind in {"number", "money", "rate"}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report under an address of this name.

    `periods` are counted in `unit`; the first is the default. The chart has the rows in the order
    in which they are read; the table reverses them if `newest_first`. If `read` returns only the
    beginning of a long list, `read_all` returns all of it for the download.
    """

    name: str
    title: str
    about: str
    nothing: str
    columns: Sequence[Column]
    read: Callable[[int], reports.Report]
    picture: Callable[[list], dict[str, Any]]
    periods: Sequence[int]
    unit: str = "days"
    newest_first: bool = False
    has_totals: bool = False
    read_all: Callable[[int], list] | None = None

    @property
    def url_name(self) -> str:
        return f"admin:{self.name}"

    @property
    def totals(self) -> Sequence[Column]:
        """The columns that are summed up under the table: those to the right of the labels."""
        return [column for column in self.columns if column.kind in {"number", "money"}]

    @property
    def label_columns(self) -> int:
        return len(self.columns) - len(self.totals)


def _per_day(days: list[reports.Day]) -> dict[str, Any]:
    return {
        "labels": [short_day(day.day) for day in days],
        "bars": [
            {"label": "not cancelled", "values": [day.placed - day.cancelled for day in days]},
            {"label": "cancelled since", "values": [day.cancelled for day in days]},
        ],
    }


def _bought(books: list[reports.Bought]) -> dict[str, Any]:
    shown = books[:_IN_PICTURE]
    return {
        "labels": [book.name for book in shown],
        "bars": [{"label": "copies bought", "values": [book.copies for book in shown]}],
        "horizontal": True,
    }


def _turned_over(rows: list[reports.Turnover]) -> dict[str, Any]:
    rates = sorted({row.rate for row in rows})
    return {
        "labels": [short_month(row.month) for row in rows if row.rate == rates[0]],
        "bars": [
            {
                "label": f"net, at {rate.normalize():f}% VAT",
                "values": [float(row.net) for row in rows if row.rate == rate],
            }
            for rate in rates
        ],
        "currency": settings.CURRENCY,
    }


def _running_low(books: list[reports.LowStock]) -> dict[str, Any]:
    shown = books[:_IN_PICTURE]
    return {
        "labels": [book.name for book in shown],
        "bars": [
            {"label": "left", "values": [book.stock for book in shown]},
            {"label": "bought in 90 days", "values": [book.sold for book in shown]},
        ],
        "horizontal": True,
        "beside": True,
    }


PAGES = [
    ReportPage(
        name="orders_per_day",
        title="Orders per day",
        about="All orders by the day they were placed, and how many have since been cancelled.",
        nothing="No orders in this period.",
        columns=[
            Column("Day", "day", "day"),
            Column("Orders placed", "placed"),
            Column("Since cancelled", "cancelled"),
        ],
        read=reports.orders_per_day,
        picture=_per_day,
        periods=[180],
        newest_first=True,
        has_totals=True,
    ),
    ReportPage(
        name="most_bought_products",
        title="Most bought books",
        about="Copies in paid orders placed in this period; cancelled copies are not counted.",
        nothing="No paid orders in this period.",
        columns=[
            Column("Book", "name", "book"),
            Column("Authors", "authors", "text"),
            Column("ISBN-13", "isbn", "text"),
            Column("Copies", "copies"),
            Column("Taken, VAT included", "taken", "money"),
        ],
        read=reports.most_bought,
        read_all=reports.all_bought,
        picture=_bought,
        periods=[30, 60, 90],
    ),
    ReportPage(
        name="turnover",
        title="Turnover",
        about="Invoices less credit notes, by the month they were issued in and by VAT rate.",
        nothing="Nothing was invoiced in this period.",
        columns=[
            Column("Month", "month", "month"),
            Column("VAT rate", "rate", "rate"),
            Column("Net", "net", "money"),
            Column("VAT", "vat", "money"),
            Column("Gross", "gross", "money"),
        ],
        read=reports.turnover,
        picture=_turned_over,
        periods=[12, 24, 36],
        unit="months",
        newest_first=True,
        has_totals=True,
    ),
    ReportPage(
        name="low_stock",
        title="Stock running low",
        about=f"Books on sale with fewer than {settings.LOW_STOCK} copies left. Those that sold "
        "most in the last 90 days come first.",
        nothing="No book is running low.",
        columns=[
            Column("Book", "name", "book"),
            Column("Authors", "authors", "text"),
            Column("ISBN-13", "isbn", "text"),
            Column("Copies left", "stock"),
            Column("Bought in 90 days", "sold"),
        ],
        read=reports.low_stock,
        read_all=reports.all_low_stock,
        picture=_running_low,
        periods=[90],
    ),
]
