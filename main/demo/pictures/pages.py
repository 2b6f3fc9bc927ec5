"""The back of a book, with its blurb and barcode, and the book open at its title page."""

import re

from PIL import Image, ImageDraw, ImageFilter, ImageOps
from stdnum import isbn as isbn_numbers

from main.demo.catalogue import CatalogueRow
from main.demo.pictures.canvas import Canvas
from main.demo.pictures.design import Design
from main.demo.pictures.palettes import Colour, mix
from main.demo.pictures.parts import (
    HEIGHT,
    PUBLISHER,
    WIDTH,
    Words,
    bound,
    draw_words,
    ornament_panel,
)  # fmt: skip
from main.demo.pictures.typesetting import (
    ITALIC,
    SANS,
    TEXT,
    Face,
    draw_line,
    draw_setting,
    set_paragraph,
)  # fmt: skip

_MARGIN = 100
_PAGE = (236, 176, 756, 1012)
_OPENING = Face(600, italic=True)
_WHITE, _BLACK = (255, 255, 255), (20, 20, 20)
# EAN-13: the digits as bars (1 is dark) left of the middle, in odd parity; and by the first digit,
# which of the left six are in even parity. Source: ISO/IEC 15420.
_BARS = ("0001101", "0011001", "0010011", "0111101", "0100011",
         "0110001", "0101111", "0111011", "0110111", "0001011")  # fmt: skip
_PARITIES = ("000000", "001011", "001101", "001110", "010011",
             "011001", "011100", "010101", "010110", "011010")  # fmt: skip


def draw_back(row: CatalogueRow, design: Design) -> Image.Image:
    """The back of a book: the blurb, its first sentence larger, and the barcode."""
    palette = design.palette
    image = Image.new("RGB", (WIDTH, HEIGHT), palette.cloth)
    image.paste(ornament_panel(design, design.on_cloth(), (WIDTH, 190)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 190, WIDTH, 200), fill=palette.accent)
    first, rest = re.split(r"(?<=[.?!]) ", row.description, maxsplit=1)
    opening = set_paragraph(first, _OPENING, 56, WIDTH - 2 * _MARGIN, 1.14)
    y = draw_setting(draw, (_MARGIN, 262), opening, _OPENING, palette.foil, align="left")
    blurb = set_paragraph(rest, TEXT, 39, WIDTH - 2 * _MARGIN, 1.34)
    draw_setting(draw, (_MARGIN, y + 30), blurb, TEXT, palette.foil, align="left")
    draw_device(image, (_MARGIN + 38, 1062), 38, palette.foil, palette.cloth)
    draw_line(draw, (_MARGIN + 96, 1040), PUBLISHER, ITALIC, 42, palette.foil, align="left")
    if row.isbn:
        image.paste(barcode(row.isbn), (WIDTH - _MARGIN - 262, 974))
    return ImageOps.mirror(bound(ImageOps.mirror(image)))


def draw_spread(row: CatalogueRow, design: Design) -> Image.Image:
    """The open book: its frontispiece cut by the edge, its title page in full."""
    image = open_book(design)
    palette = design.palette
    left, top, right, foot = _PAGE
    panel = ornament_panel(design, design.on_paper(), (430, 700))
    image.paste(panel.crop((250, 0, 430, 700)), (0, top + 68))
    words = Words(palette.ink, palette.accent, Face(560), largest=86, leading=1.02)
    draw_words(image, row, (left + 64, top + 80, right - 48, top + 540), words, place=0.35)
    draw = ImageDraw.Draw(image)
    middle = (left + right) / 2 + 8
    draw_device(image, (middle, foot - 196), 40, palette.ink, palette.paper)
    draw_line(draw, (middle, foot - 132), PUBLISHER.upper(), TEXT, 24, palette.ink, tracking=0.2)
    draw_line(draw, (middle, foot - 92), _first_published(row), ITALIC, 26, palette.ink)
    return shaded(image)


def open_book(design: Design) -> Image.Image:
    """An open book on a table, its pages blank."""
    palette = design.palette
    table = mix(palette.second, palette.paper, 0.3)
    shadow = Image.new("L", (WIDTH // 8, HEIGHT // 8), 0)
    ImageDraw.Draw(shadow).rectangle((-10, 24, 96, 130), fill=120)
    image = Image.new("RGB", (WIDTH, HEIGHT), table)
    soft = shadow.filter(ImageFilter.GaussianBlur(4)).resize((WIDTH, HEIGHT))
    image.paste((0, 0, 0), (0, 0), soft)
    draw = ImageDraw.Draw(image)
    draw.rectangle((-10, 158, 778, 1030), fill=palette.cloth)
    for leaf in range(6):
        shade = mix(palette.paper, palette.ink, 0.32 if leaf % 2 else 0.12)
        draw.rectangle((-10, 176, 768 - leaf * 2, 1022 - leaf * 2), fill=shade)
    draw.rectangle((-10, 176, _PAGE[2], _PAGE[3]), fill=palette.paper)
    return image


def shaded(image: Image.Image) -> Image.Image:
    """Darken both pages towards the gutter, where they curve down."""
    left, top, _, foot = _PAGE
    reach = 90
    shade = Image.new("L", (2 * reach, 1), 0)
    for x in range(2 * reach):
        near = 1 - abs(x - reach) / reach
        shade.putpixel((x, 0), int(96 * near**2.2))
    image.paste((30, 20, 10), (left - reach, top), shade.resize((2 * reach, foot - top)))
    return image


def draw_device(image: Image.Image, at: tuple[float, float], radius: int, colour: Colour,
                ground: Colour) -> None:  # fmt: skip
    """The publisher's mark: a clock whose face is an open book."""
    size = 2 * radius + 8
    canvas = Canvas(size, size, ground)
    x = y = size / 2
    canvas.disc(x, y, radius, colour)
    canvas.disc(x, y, radius * 0.88, ground)
    for side in (-1, 1):
        wide, drop = side * radius * 0.52, radius * 0.18
        inner, outer = x + side * 2, x + wide
        canvas.polygon([(inner, y - drop * 1.4), (outer, y - drop * 2.4), (outer, y + drop * 1.6),
                        (inner, y + drop * 2.8)], colour)  # fmt: skip
    canvas.rectangle(x - radius * 0.05, y - radius * 0.82, radius * 0.1, radius * 0.2, fill=colour)
    canvas.rectangle(x - radius * 0.05, y + radius * 0.62, radius * 0.1, radius * 0.2, fill=colour)
    image.paste(canvas.finished(), (round(at[0] - x), round(at[1] - y)))


def barcode(isbn: str) -> Image.Image:
    """The ISBN as an EAN-13 that a scanner reads, on white."""
    module, height = 2, 92
    image = Image.new("RGB", (262, 172), _WHITE)
    draw = ImageDraw.Draw(image)
    draw_line(draw, (131, 8), f"ISBN {isbn_numbers.format(isbn)}", SANS, 19, _BLACK)
    for index, dark in enumerate(_modules(isbn)):
        if dark == "1":
            x = 36 + index * module
            guard = 10 if index < 3 or 45 <= index < 50 or index >= 92 else 0
            draw.rectangle((x, 36, x + module - 1, 36 + height + guard), fill=_BLACK)
    for x, digits in ((24, isbn[0]), (85, isbn[1:7]), (177, isbn[7:])):
        draw_line(draw, (x, 134), digits, SANS, 24, _BLACK)
    return image


def _modules(isbn: str) -> str:
    left, right = "", ""
    for digit, even in zip(isbn[1:7], _PARITIES[int(isbn[0])], strict=True):
        bars = _BARS[int(digit)]
        left += _inverted(bars)[::-1] if even == "1" else bars
    for digit in isbn[7:]:
        right += _inverted(_BARS[int(digit)])
    return f"101{left}01010{right}101"


def _inverted(bars: str) -> str:
    return bars.translate(str.maketrans("01", "10"))


def _first_published(row: CatalogueRow) -> str:
    year = int(row.year)
    if year < 0:
        return f"written about {-year} BC"
    # Before the printing press there was no publishing.
    return f"first published {year}" if year > 1450 else f"written about {year}"
