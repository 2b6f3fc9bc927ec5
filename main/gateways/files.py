"""Where files are kept, as the shop sees it; main.gateways.s3 is what keeps them in a bucket."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from main.errors import ShopError

# Python 3.11 does not know it by itself, and a machine's own list may be missing.
mimetypes.add_type("image/webp", ".webp")


class FilesUnavailable(ShopError):
    """Files are kept elsewhere, and cannot be had now; `str(error)` says why, for staff."""


@deconstructible
class PrivateFiles(FileSystemStorage):
    """On this machine's disk, where no address leads."""

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
    """Name and size of all that is kept, in no order."""
    if hasattr(storage, "stored_files"):
        yield from storage.stored_files()
        return
    root = Path(storage.path(""))
    for file in root.rglob("*"):
        # Not what a link leads to: it may be anywhere.
        if file.is_file() and not file.is_symlink():
            yield file.relative_to(root).as_posix(), file.stat().st_size
