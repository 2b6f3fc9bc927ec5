"""Puts the demo catalogue into the shop: each product with its pictures, or not at all."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify
from pictures.utils import source_set

from main.actions.catalogue import change_product
from main.actions.import_books import import_books
from main.demo.catalogue import GOODS_TAX_RATE, SUBJECTS, CatalogueRow
from main.demo.people import OLD
from main.demo.pictures import HEIGHT, PARTS, WIDTH, DrawnRow, draw_rows, picture_name
from main.models import Product, ProductImage, ProductTag
from main.models.product_images import covers, widest_rendition

_FOLDER = "product-images"
_WORDS = {"cover": "Front of “{}”", "back": "Back of “{}”", "spread": "“{}”, laid open"}


def write_subjects() -> int:
    """Create the missing subjects; return how many."""
    made = 0
    for name, description in SUBJECTS.items():
        _, is_new = ProductTag.objects.get_or_create(
            slug=slugify(name), defaults={"name": name, "description": description}
        )
        made += is_new
    return made


def shelve(rows: Sequence[CatalogueRow]) -> Iterator[bool]:
    """Write missing products and lost picture files.

    Yields for each row whether it created the product. Existing products stay as people left them:
    a book is recognised by its pictures, whatever its title or ISBN is now.
    """
    missing = _rows_to_draw(rows)
    yield from (False for _ in range(len(rows) - len(missing)))
    for drawn in draw_rows(missing, widths=_rendition_widths()):
        yield _shelve_one(drawn)


def age_products(*, since: datetime) -> None:
    """Backdate products created since then to before the first order."""
    Product.objects.filter(created_at__gte=since).update(created_at=since - OLD)
    Product.history.filter(history_date__gte=since).update(history_date=since - OLD)


def _rows_to_draw(rows: Sequence[CatalogueRow]) -> list[CatalogueRow]:
    names = [_stored_name(row, part) for row in rows for part in PARTS]
    hung = set(ProductImage.objects.filter(image__in=names).values_list("image", flat=True))
    lost = {name for name in hung if not covers().exists(name)}
    wanted = []
    for row in rows:
        own = {_stored_name(row, part) for part in PARTS}
        if own & lost or not (own & hung or _find(row)):
            wanted.append(row)
    return wanted


@transaction.atomic
def _shelve_one(drawn: DrawnRow) -> bool:
    row, files = drawn
    names = {part: _stored_name(row, part) for part in PARTS}
    is_new = not ProductImage.objects.filter(image__in=names.values()).exists()
    if is_new:
        product = _import(row)
        for position, (part, name) in enumerate(names.items()):
            alt = _WORDS[part].format(product.name)
            # The name only: a file would be stored again, and its renditions made again.
            ProductImage(product=product, image=name, alt=alt, position=position, width=WIDTH,
                         height=HEIGHT, widest=widest_rendition(WIDTH)).save()  # fmt: skip
    for image in ProductImage.objects.filter(image__in=names.values()):
        part = next(part for part, name in names.items() if name == image.image.name)
        _write_files(image, files[part])
    return is_new


def _import(row: CatalogueRow) -> Product:
    """Use the shop's own import, with a list of one book."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, row.cells)
            writer.writeheader()
            writer.writerow({**row.cells, "image_filename": ""})
        result = import_books(csv_path=path, image_basedir=Path(folder))
    if result.errors:
        raise ValueError(f"{row.name}: {result.errors[0].reason}")
    product = _find(row)
    if product is None:
        raise ValueError(f"{row.name} was imported but does not exist.")
    if not row.is_book:
        product = change_product(product_id=product.pk, values={"tax_rate": GOODS_TAX_RATE})
    return product


def _find(row: CatalogueRow) -> Product | None:
    if row.isbn:
        known = Product.objects.filter(isbn=row.isbn).first()
        if known:
            return known
    return Product.objects.filter(name=row.name, authors=row.authors).first()


def _rendition_widths() -> list[int]:
    options = settings.PICTURES
    return sorted(
        source_set(
            (WIDTH, HEIGHT),
            ratio=None,
            max_width=options["CONTAINER_WIDTH"],
            cols=options["GRID_COLUMNS"],
        )
    )


def _stored_name(row: CatalogueRow, part: str) -> str:
    return f"{_FOLDER}/{picture_name(row, part)}"


def _write_files(image: ProductImage, files: Mapping[int, bytes]) -> None:
    """Write the original and the renditions under the names that django-pictures uses."""
    names = {image.image.name: max(files)}
    names |= {picture.name: picture.width for picture in image.image.get_picture_files_list()}
    for name, width in names.items():
        # Storages never overwrite: they would change a name that is taken.
        covers().delete(name)
        covers().save(name, ContentFile(files[width]))
