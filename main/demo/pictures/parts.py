"""The parts of every picture: panels, bindings, and the words of a title."""

from typing import NamedTuple

from PIL import Image, ImageDraw

from main.demo.catalogue import CatalogueRow
from main.demo.pictures.canvas import Canvas, Inks
from main.demo.pictures.design import Design
from main.demo.pictures.palettes import Colour
from main.demo.pictures.typesetting import (
    BOLD,
    ITALIC,
    TEXT,
    Face,
    draw_setting,
    polished,
    set_title,
    split_title,
)

WIDTH, HEIGHT = 800, 1200
PUBLISHER = "BookTime"
_HINGE = 44

Box = tuple[float, float, float, float]


class Words(NamedTuple):
    """How the words of a cover are set: typeface, case and colours."""

    colour: Colour
    quiet: Colour
    face: Face = BOLD
    capitals: bool = False
    align: str = "centre"
    largest: int = 132
    leading: float = 0.98


def ornament_panel(design: Design, inks: Inks, size: tuple[int, int]) -> Image.Image:
    """A panel filled with the book's ornament."""
    canvas = Canvas(*size, inks.ground)
    design.ornament(canvas, inks, design.rng())
    return canvas.finished()


def bound(image: Image.Image) -> Image.Image:
    """Add the shade of the hinge, where the board bends at the spine."""
    shade = Image.new("L", (_HINGE + 14, 1), 0)
    for x in range(shade.width):
        distance = abs(x - _HINGE)
        dark = max(0, 58 - distance * 9) + max(0, 34 - x * 2)
        shade.putpixel((x, 0), min(dark, 120))
    image.paste((0, 0, 0), (0, 0), shade.resize((shade.width, HEIGHT)))
    light = Image.new("L", (4, HEIGHT), 46)
    image.paste((255, 255, 255), (_HINGE + 5, 0), light)
    return image


def draw_words(image: Image.Image, row: CatalogueRow, box: Box, words: Words, *,
               place: float = 0.5, author: bool = True) -> float:  # fmt: skip
    """Title, subtitle and author in a box (`place` 0: top, 1: foot); return y below."""
    draw = ImageDraw.Draw(image)
    left, top, right, foot = box
    width = int(right - left)
    title, subtitle = split_title(row.name)
    title = title.upper() if words.capitals else title
    tracking = 0.07 if words.capitals else 0
    below = (62 if subtitle else 0) + (104 if author else 0)
    setting = set_title(title, words.face, (width, int(foot - top - below)), largest=words.largest,
                        leading=words.leading, tracking=tracking)  # fmt: skip
    x = (left + right) / 2 if words.align == "centre" else left
    y = top + (foot - top - below - setting.height) * place
    y = draw_setting(draw, (x, y), setting, words.face, words.colour, align=words.align,
                     tracking=tracking)  # fmt: skip
    if subtitle:
        small = set_title(subtitle, ITALIC, (width, 48), largest=40)
        y = draw_setting(
            draw, (x, y + 4 + setting.size // 9), small, ITALIC, words.colour, align=words.align
        )
    if author and row.authors:
        return draw_author(draw, row, (x, y + 22 + setting.size // 10), words, width)
    return y


def draw_author(draw: ImageDraw.ImageDraw, row: CatalogueRow, at: tuple[float, float],
                words: Words, width: int) -> float:  # fmt: skip
    """A short rule and the author in spaced capitals; return y below."""
    x, y = at
    start = x - 32 if words.align == "centre" else x
    draw.rectangle((start, y, start + 64, y + 3), fill=words.quiet)
    names = polished(row.authors.replace(", ", " & ")).upper()
    setting = set_title(names, TEXT, (width, 66), largest=34, leading=1.1, tracking=0.14)
    return draw_setting(draw, (x, y + 28), setting, TEXT, words.colour, align=words.align,
                        tracking=0.14)  # fmt: skip
