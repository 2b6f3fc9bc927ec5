"""Where files are kept, as the shop sees it; main.gateways.s3 keeps them in a bucket."""

import mimetypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from main.errors import ShopError

# Python 3.11 does not know them, and the machine's own list may be missing.
mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("image/avif", ".avif")


class FilesUnavailable(ShopError):
    """The storage cannot be reached or refuses; `str(error)` says why, for staff."""


class DiskFiles(FileSystemStorage):
    """On this machine's disk. A file that could not be written completely is removed."""

    def _save(self, name: str, content: File[Any]) -> str:
        was_there = self.exists(name)
        with _clearly():
            try:
                return super()._save(name, content)  # type: ignore[misc]
            except OSError:
                if not was_there:
                    self.delete(name)
                raise

    def ask(self, name: str, *, size: int) -> None:
        """Raises FilesUnavailable if a file of this size could not be stored now."""
        folder = Path(self.path(name)).parent
        while not folder.exists():
            folder = folder.parent
        with _clearly(), tempfile.TemporaryFile(dir=folder) as file:
            if size:
                os.posix_fallocate(file.fileno(), 0, size)


@contextmanager
def _clearly() -> Iterator[None]:
    """Turns every disk failure into FilesUnavailable."""
    try:
        yield
    except OSError as error:
        raise FilesUnavailable(
            f"The disk does not accept files: {error.strerror or error}."
        ) from error


@deconstructible
class PrivateFiles(DiskFiles):
    """In a folder without a public address."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Path:
        return settings.PRIVATE_MEDIA_ROOT

    @property
    def location(self) -> str:
        return str(settings.PRIVATE_MEDIA_ROOT)

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address.")


def stored_files(storage: Storage) -> Iterator[tuple[str, int]]:
    """Name and size of every stored file, in no particular order."""
    if hasattr(storage, "stored_files"):
        yield from storage.stored_files()
        return
    root = Path(storage.path(""))
    for file in root.rglob("*"):
        # Do not follow links: they may lead anywhere.
        if file.is_file() and not file.is_symlink():
            yield file.relative_to(root).as_posix(), file.stat().st_size
