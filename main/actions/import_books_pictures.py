"""The pictures that a supplier's list names: checked before a batch, each stored once."""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.core.files import File
from django.db import transaction

from main.actions.import_books_rows import RowRefused
from main.gateways.pictures import PictureRefused
from main.gateways.pictures import check_picture as check_file
from main.models import Product, ProductImage
from main.models.product_images import covers


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A picture file that can be opened. `digest` is of its content."""

    path: Path
    digest: str
    suffix: str

    def is_stored_as(self, name: str) -> bool:
        return f"-{self.digest}" in name


def check_picture(filename: str, *, image_basedir: Path) -> ListedPicture | None:
    """The picture that a row names, if any. Raises RowRefused if it is not a picture."""
    if not filename:
        return None
    path = _find_file(filename, image_basedir=image_basedir.resolve())
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
            return ListedPicture(path, digest, suffix=check_file(file))
    except PictureRefused as refused:
        raise RowRefused(f"image “{filename}” {refused}") from None
    except OSError as error:
        raise RowRefused(f"image “{filename}” cannot be read: {error.strerror}") from None


def _find_file(filename: str, *, image_basedir: Path) -> Path:
    try:
        path = _spelled_as_stored(image_basedir, filename).resolve()
        is_file = path.is_file()
    except (OSError, RuntimeError):  # a name that no file can have, links in a circle
        path, is_file = image_basedir, False
    if not path.is_relative_to(image_basedir):
        raise RowRefused(f"image “{filename}” is outside the folder of images")
    if not is_file:
        raise RowRefused(f"image “{filename}” is not there")
    return path


def _spelled_as_stored(folder: Path, filename: str) -> Path:
    """A Mac stores é as e with an accent, and the list has one character, or the reverse."""
    for part in PurePath(filename).parts:
        spellings = (part, *(unicodedata.normalize(form, part) for form in ("NFC", "NFD")))
        folder /= next((name for name in spellings if (folder / name).exists()), part)
    return folder


def add_pictures(pictures: Iterable[tuple[Product, ListedPicture]]) -> None:
    """Give each product its picture unless it has it. What staff added or arranged stays.

    The digest in the stored file's name identifies the picture by its content. A new one comes
    after the existing ones. Call this outside a transaction: no row is held while a file is stored.
    """
    wanted = list(pictures)
    stored: dict[int, list[str]] = defaultdict(list)
    known = ProductImage.objects.filter(product__in=[product.pk for product, _ in wanted])
    for product_id, name in known.values_list("product_id", "image"):
        stored[product_id].append(name)
    for product, picture in wanted:
        names = stored[product.pk]
        if not any(map(picture.is_stored_as, names)):
            names.append(_add_picture(product, picture))


def _add_picture(product: Product, picture: ListedPicture) -> str:
    """Store the file, then its row; return the file's name."""
    name = f"{product.slug[:100]}-{picture.digest}{picture.suffix}"
    field: Any = ProductImage._meta.get_field("image")
    with picture.path.open("rb") as file:
        stored = covers().save(field.generate_filename(None, name), File(file))
    if not _is_given(product, picture, stored):
        covers().delete(stored)
    return stored


def _is_given(product: Product, picture: ListedPicture, stored: str) -> bool:
    """False if another import has added it, or somebody removed the book, while it was stored."""
    image = ProductImage(product=product, image=stored, alt=f"Cover of {product.name}"[:255])
    with _no_file_left_on_failure(stored), transaction.atomic():
        is_there = Product.objects.locked().filter(pk=product.pk).exists()
        others = ProductImage.objects.filter(product=product.pk).values_list("image", flat=True)
        if not is_there or any(map(picture.is_stored_as, others)):
            return False
        image.position = len(others)
        image.save()
        image.image.save_all()  # what the field does when it stores a file itself
    return True


@contextmanager
def _no_file_left_on_failure(stored: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        covers().delete(stored)
        raise
