"""manage.py import_data: import a supplier's list of books with their pictures."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries

from main.actions.import_books import ImportResult, RowError, import_books
from main.gateways.book_lists import NotABookList
from main.gateways.files import FilesUnavailable

MOST_LINES_NAMED = 10


class Command(BaseCommand):
    help = """Import a supplier's list of books: a CSV file in UTF-8 or UTF-16, separated by commas,
semicolons or tabs, whose first line names the columns name, description, tags, image_filename,
price and, if it has them, isbn, authors, year, stock. Tags are separated by |; image_filename is a
file in the folder of images, or empty.

It can be repeated. A book is identified by its ISBN, or else by name and authors. For a book in the
shop, the list sets every value that it has a cell for and adds tags and pictures; an empty cell
changes nothing, and nothing is removed. The stock of a book in the shop stays the same without
--update-stock: otherwise copies sold since the list was made would come back.

HTML in a feed's texts becomes plain text, which is reported.

A row that breaks a rule is reported on standard error and left out; the exit status is then 1."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("csv", type=Path, help="the list")
        parser.add_argument("image_basedir", type=Path, help="the folder of its images")
        parser.add_argument(
            "--update-stock",
            action="store_true",
            help="also set the stock of known books",
        )

    def handle(self, *args: Any, csv: Path, image_basedir: Path, **options: Any) -> None:
        if not image_basedir.is_dir():
            raise CommandError(f"{image_basedir}: There is no such folder of images.")
        self.stdout.write("Importing products")
        self.stdout.flush()
        try:
            result = import_books(
                csv_path=csv,
                image_basedir=image_basedir,
                update_stock=options["update_stock"],
                on_error=self._show_error,
                on_progress=self._show_progress,
            )
        except (NotABookList, FilesUnavailable) as error:
            raise CommandError(str(error)) from None
        finally:
            self._clear_progress()
        self._show_notes(result)
        self._show_result(result)
        if result.errors:
            sys.exit(1)

    def _show_error(self, error: RowError) -> None:
        self._clear_progress()
        self.stderr.write(f"line {error.line}: {error.reason}")

    def _show_progress(self, result: ImportResult) -> None:
        # In debug mode Django stores every query, and these are long.
        reset_queries()
        if self.stderr.isatty():
            self.stderr.write(f"\r{result.products} books", style_func=str, ending="")
            self.stderr.flush()

    def _clear_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", style_func=str, ending="")

    def _show_notes(self, result: ImportResult) -> None:
        """One line for each kind of note: it may be about every row of the list."""
        lines: dict[str, list[str]] = defaultdict(list)
        for note in result.notes:
            lines[note.text].append(str(note.line))
        for text, numbers in lines.items():
            rest = len(numbers) - MOST_LINES_NAMED
            more = f" and {rest} more" if rest > 0 else ""
            named = ", ".join(numbers[:MOST_LINES_NAMED])
            self.stderr.write(f"line{'s'[: len(numbers) > 1]} {named}{more}: {text}")

    def _show_result(self, result: ImportResult) -> None:
        self.stderr.flush()
        self.stdout.write(
            f"Products processed={result.products} (created={result.products_created})\n"
            f"Tags processed={result.tags} (created={result.tags_created})\n"
            f"Images processed={result.images}"
        )
