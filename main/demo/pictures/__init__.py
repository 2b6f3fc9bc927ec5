"""Draws three pictures of each demo product: its cover, its back and a spread."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from main.demo.catalogue import CatalogueRow
from main.demo.pictures.covers import draw_cover
from main.demo.pictures.design import design_of
from main.demo.pictures.goods import draw_good
from main.demo.pictures.pages import draw_back, draw_spread
from main.demo.pictures.parts import HEIGHT, WIDTH

__all__ = ["HEIGHT", "PARTS", "WIDTH", "DrawnRow", "draw_picture", "draw_rows", "picture_name"]

PARTS = ("cover", "back", "spread")
_DRAWERS = {"cover": draw_cover, "back": draw_back, "spread": draw_spread}
_WORTH_A_POOL = 4


class DrawnRow(NamedTuple):
    """A row's pictures as WebP files, by part and width; the widest is the original."""

    row: CatalogueRow
    files: dict[str, dict[int, bytes]]


def draw_picture(row: CatalogueRow, part: str) -> Image.Image:
    """One picture, always the same with the same fonts."""
    if not row.is_book:
        return draw_good(row, part)
    return _DRAWERS[part](row, design_of(row))


def picture_name(row: CatalogueRow, part: str) -> str:
    """The file name of a picture; the fixture has that of the cover."""
    return f"{row.key}-{part}.webp"


def draw_rows(rows: Sequence[CatalogueRow], *, widths: Sequence[int]) -> Iterator[DrawnRow]:
    """Draw all pictures of the rows in all widths, on all cores; yield each row when done."""
    draw = partial(_draw_row, widths=widths)
    if len(rows) < _WORTH_A_POOL:
        yield from map(draw, rows)
        return
    # Fresh processes: a fork would inherit the parent's database connections.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=fresh) as pool:
        yield from pool.map(draw, rows)


def _draw_row(row: CatalogueRow, *, widths: Sequence[int]) -> DrawnRow:
    files = {}
    for part in PARTS:
        image = draw_picture(row, part)
        files[part] = {width: _as_webp(image, width) for width in {WIDTH, *widths}}
    return DrawnRow(row, files)


def _as_webp(image: Image.Image, width: int) -> bytes:
    times, rest = divmod(image.width, width)
    if rest:
        height = round(image.height * width / image.width)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    elif times > 1:
        image = image.reduce(times)  # by whole pixels: many times faster
    file = BytesIO()
    # Flat colours: more effort makes it half as slow again, and hardly smaller.
    image.save(file, "WEBP", quality=80, method=2)
    return file.getvalue()
