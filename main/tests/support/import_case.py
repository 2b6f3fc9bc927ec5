"""Lists to import and folders to import them from."""

import io
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.test import (
    SimpleTestCase,
    TestCase,
    override_settings,
)
from django.utils import timezone
from PIL import Image

from main.actions.import_books import import_books

COLUMNS = "name,description,tags,image_filename,price,isbn,authors,year,stock"
LATEST_YEAR = timezone.localdate().year + 5
EMMA = "Emma,Matchmaking.,novels|top-rated|english,,8.49,9780141439587,Jane Austen,1815,7"
LONG_DESCRIPTION = 'Moby-Dick,"First line.\nSecond line.\nThird, last.",novels,,9.00,,,,'


class ListCase(SimpleTestCase):
    """A folder for the list and its images, and another one as the shop's media."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.images = self.folder / "images"
        self.images.mkdir()
        media = override_settings(MEDIA_ROOT=self.folder / "media")
        media.enable()
        self.addCleanup(media.disable)

    def write(self, *rows: str | bytes, columns: str = COLUMNS) -> Path:
        lines = [row if isinstance(row, bytes) else row.encode() for row in (columns, *rows)]
        path = self.folder / "books.csv"
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    def draw(self, name: str, colour: str = "navy") -> Path:
        path = self.images / name
        Image.new("RGB", (420, 600), colour).save(path)
        return path

    def import_rows(self, *rows: str | bytes, columns: str = COLUMNS, **options):
        return import_books(
            csv_path=self.write(*rows, columns=columns), image_basedir=self.images, **options
        )

    def run_command(self, *arguments: object) -> tuple[int, str, str]:
        """Exit status, standard output and error output."""
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command("import_data", *map(str, arguments), stdout=out, stderr=err)
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return status, out.getvalue(), err.getvalue()


class ImportTestCase(ListCase, TestCase):
    pass
