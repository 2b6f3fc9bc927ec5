"""A supplier's list of books, a CSV file: its rows as text, each with its first line's number.

Spreadsheets also write it with semicolons or tabs, in UTF-16, and after a line `sep=;`.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

REQUIRED_COLUMNS = ("name", "description", "tags", "image_filename", "price")
OPTIONAL_COLUMNS = ("isbn", "authors", "year", "stock")
# No description is longer; an unclosed quote would swallow the rest of the file.
MOST_LINES_OF_A_ROW = 500
_SPREADSHEETS = (b"PK\3\4", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods begin, and .xls
_DELIMITERS = ",;\t"
# What is not text becomes half a surrogate pair: its row is refused, and the file goes on.
_NO_TEXT = "\udcff"
codecs.register_error("no_text", lambda error: (_NO_TEXT, error.end))  # type: ignore[attr-defined]


class NotABookList(Exception):
    """The whole file cannot be read as a list of books; `str(error)` says why."""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row: its cells by column, or what is wrong with it. Lines count from 1, as in editors."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    # Spreadsheets that separate by something else write 8,49 for eight and a half.
    has_decimal_commas: bool = False


@contextmanager
def open_book_list(path: Path) -> Iterator[Iterator[ListedRow]]:
    """The rows of the file, read one at a time, without empty ones.

    Raises NotABookList if there is no such file or its first line does not name the columns.
    """
    try:
        file = path.open("rb")
        start = file.peek(40)
    except OSError as error:
        raise NotABookList(f"{path}: {error.strerror}.") from None
    if start.startswith(_SPREADSHEETS):
        file.close()
        raise NotABookList("This is a spreadsheet's own file: export it as “CSV UTF-8”.")
    with io.TextIOWrapper(
        file, encoding=_encoding_of(start), errors="no_text", newline=""
    ) as lines:
        yield _read_rows(_Lines(lines))


def _encoding_of(start: bytes) -> str:
    """By the mark in front, or by the column names: in UTF-16 every other byte of them is 0."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and not any(start[1::2]):
        return "utf-16-le"
    return "utf-16-be" if len(start) > 1 and not any(start[::2]) else "utf-8-sig"


class _QuoteNotClosed(Exception):
    pass


class _Lines:
    """The lines of a file for a csv.reader; they can be given back after a broken row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self._row: list[str] = []
        self.first = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) >= MOST_LINES_OF_A_ROW:
            raise _QuoteNotClosed
        line = self._returned.popleft() if self._returned else next(self._lines, None)
        if line is None:
            if self._row:
                raise _QuoteNotClosed
            raise StopIteration
        self._row.append(line)
        return line

    def peek(self) -> str:
        """The next line, which stays the next; empty at the end."""
        if not self._returned:
            self._returned.extend(islice(self._lines, 1))
        return self._returned[0] if self._returned else ""

    @property
    def is_several(self) -> bool:
        return len(self._row) > 1

    def begin_row(self) -> None:
        self.first += len(self._row)
        self._row = []

    def give_back_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self._row[1:]))
        del self._row[1:]


def _read_rows(lines: _Lines) -> Iterator[ListedRow]:
    delimiter = _find_delimiter(lines)
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    columns = _read_header(reader)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _QuoteNotClosed) as error:
            problem = _explain(error, is_several=lines.is_several)
        else:
            if not any(cell.strip() for cell in cells):
                continue
            problem = _problem_of(cells, columns)
            if not problem:
                named = dict(zip(columns, cells, strict=True))
                yield ListedRow(lines.first, named, has_decimal_commas=delimiter != ",")
                continue
        yield ListedRow(lines.first, problem=problem)
        # The cause may be an unclosed quote in the first line; the next lines may be rows.
        lines.give_back_all_but_first()


def _find_delimiter(lines: _Lines) -> str:
    """What a first line `sep=;` says, or else what makes the most column names."""
    told = re.fullmatch(r'"?sep=([,;\t])"?\s*', lines.peek(), re.IGNORECASE)
    if told:
        next(lines)
        lines.begin_row()
        return told[1]
    return max(_DELIMITERS, key=lambda delimiter: _known_columns(lines.peek(), delimiter))


def _known_columns(header: str, delimiter: str) -> int:
    try:
        (columns,) = csv.reader([header], delimiter=delimiter)
    except (csv.Error, ValueError):
        return 0
    return len({column.strip().lower() for column in columns}.intersection(REQUIRED_COLUMNS))


def _read_header(reader: Iterator[list[str]]) -> list[str]:
    try:
        columns = [cell.strip().lower() for cell in next(reader)]
    except StopIteration:
        raise NotABookList("The file is empty.") from None
    except (csv.Error, _QuoteNotClosed):
        raise NotABookList("The first line does not name the columns.") from None
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise NotABookList(
            f"The first line has no column {', '.join(missing)}; it must name "
            f"{', '.join(REQUIRED_COLUMNS)}, separated by commas, semicolons or tabs."
        )
    for column in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS):
        if columns.count(column) > 1:
            raise NotABookList(f"The first line names the column {column} twice.")
    return columns


def _problem_of(cells: list[str], columns: list[str]) -> str:
    if len(cells) != len(columns):
        much = "few" if len(cells) < len(columns) else "many"
        return f"too {much} columns: {len(cells)} instead of {len(columns)}"
    text = "".join(cells)
    if "\0" in text:
        return "it holds a NUL character"
    if _NO_TEXT in text:
        return "it is not UTF-8 text: save the list as “CSV UTF-8”"
    return ""


def _explain(error: Exception, *, is_several: bool) -> str:
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit()} characters"
    if is_several or isinstance(error, _QuoteNotClosed):
        return "a quote is opened but never closed"
    return "a quoted cell contains a quote that is not doubled"
