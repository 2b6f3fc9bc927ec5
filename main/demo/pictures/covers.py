"""The fronts of books: eight layouts of title, author and ornament."""

import math
from collections.abc import Callable
from typing import cast

from PIL import Image, ImageDraw

from main.demo.catalogue import CatalogueRow
from main.demo.pictures.canvas import Canvas, Point
from main.demo.pictures.design import Design
from main.demo.pictures.palettes import Colour, Palette, mix
from main.demo.pictures.parts import (
    HEIGHT,
    PUBLISHER,
    WIDTH,
    Words,
    bound,
    draw_author,
    draw_words,
    ornament_panel,
)
from main.demo.pictures.typesetting import BLACK, ITALIC, TEXT, Face, draw_line


def draw_cover(row: CatalogueRow, design: Design) -> Image.Image:
    """The front of a book."""
    image = Image.new("RGB", (WIDTH, HEIGHT), design.palette.cloth)
    LAYOUT_DRAWERS[design.layout](image, row, design)
    return bound(image)


def _label(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    image.paste(ornament_panel(design, design.on_cloth(), image.size))
    canvas = ImageDraw.Draw(image)
    for inset, colour in ((0, palette.cloth), (10, palette.paper)):
        canvas.rectangle((110 + inset, 300 + inset, 690 - inset, 860 - inset), fill=colour)
    canvas.rectangle((136, 326, 664, 834), outline=palette.ink, width=3)
    canvas.rectangle((146, 336, 654, 824), outline=palette.accent, width=1)
    draw_words(image, row, (180, 370, 620, 800), Words(palette.ink, palette.accent, largest=104))


def _poster(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    image.paste(palette.paper, (0, 0, WIDTH, HEIGHT))
    image.paste(ornament_panel(design, design.on_cloth(), (WIDTH, 690)), (0, 510))
    ImageDraw.Draw(image).rectangle((0, 504, WIDTH, 516), fill=palette.accent)
    words = Words(palette.ink, palette.accent, BLACK, align="left", largest=128, leading=0.92)
    draw_words(image, row, (90, 76, 730, 480), words, place=0.3)


def _medallion(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    draw = ImageDraw.Draw(image)
    draw.rectangle((84, 40, 760, 1160), outline=palette.foil, width=4)
    draw.rectangle((96, 52, 748, 1148), outline=palette.foil, width=1)
    panel = ornament_panel(design, design.on_cloth(), (500, 500))
    _paste_round(image, panel, (172, 124), palette.foil)
    words = Words(palette.foil, palette.accent, TEXT, capitals=True, largest=82, leading=1.1)
    draw_words(image, row, (140, 680, 704, 1110), words)


def _band(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    image.paste(ornament_panel(design, design.on_cloth(), image.size))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 392, WIDTH, 812), fill=palette.cloth)
    draw.rectangle((0, 402, WIDTH, 802), fill=palette.paper)
    for y, height in ((414, 2), (788, 2)):
        draw.rectangle((0, y, WIDTH, y + height), fill=palette.accent)
    words = Words(palette.ink, palette.accent, Face(600, italic=True), largest=124, leading=0.94)
    draw_words(image, row, (100, 430, 744, 776), words)


def _giant(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    words = Words(palette.foil, palette.accent, BLACK, align="left", largest=196, leading=0.86)
    foot = draw_words(image, row, (88, 76, 752, 836), words, place=0)
    top = max(520, int(foot) + 64)
    image.paste(ornament_panel(design, design.on_cloth(), (WIDTH, HEIGHT - top)), (0, top))
    ImageDraw.Draw(image).rectangle((0, top - 12, WIDTH, top), fill=palette.accent)


def _strip(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    image.paste(palette.paper, (0, 0, WIDTH, HEIGHT))
    # Cut from a wider panel, so that the ornament is as large as on other covers.
    panel = ornament_panel(design, design.on_cloth(), (520, HEIGHT))
    image.paste(panel.crop((130, 0, 390, HEIGHT)), (540, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((528, 0, 540, HEIGHT), fill=palette.accent)
    words = Words(palette.ink, palette.accent, BLACK, align="left", largest=118, leading=0.94)
    draw_words(image, row, (86, 90, 500, 900), words, place=0)
    draw_line(draw, (86, 1104), PUBLISHER, ITALIC, 34, palette.ink, align="left")


def _stamped(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    frame = Canvas(WIDTH, HEIGHT, palette.cloth)
    for inset, width in ((0, 5), (16, 1), (24, 1)):
        frame.rectangle(84 + inset, 44 + inset, 676 - 2 * inset, 1112 - 2 * inset,
                        outline=palette.foil, line=width)  # fmt: skip
    for x, y, turn in ((84, 44, 0), (760, 44, 1), (760, 1156, 2), (84, 1156, 3)):
        _corner(frame, (x, y), turn, palette)
    image.paste(frame.finished())
    panel = ornament_panel(design, design.on_cloth(), (420, 360))
    image.paste(palette.foil, (205, 605, 639, 979))
    image.paste(palette.cloth, (208, 608, 636, 976))
    image.paste(panel, (212, 612))
    words = Words(palette.foil, palette.accent, largest=112)
    draw_words(image, row, (150, 150, 694, 560), words, author=False)
    draw_author(ImageDraw.Draw(image), row, (422, 1014), words, 480)


def _window(image: Image.Image, row: CatalogueRow, design: Design) -> None:
    palette = design.palette
    ground = mix(palette.paper, palette.second, 0.12)
    image.paste(ground, (0, 0, WIDTH, HEIGHT))
    for margin, colour in ((0, palette.ink), (6, ground), (14, None)):
        size = (500 - 2 * margin, 660 - 2 * margin)
        panel = Image.new("RGB", size, colour) if colour else ornament_panel(
            design, design.on_cloth(), size)  # fmt: skip
        image.paste(panel, (172 + margin, 84 + margin), _arch_mask(size))
    words = Words(palette.ink, palette.accent, Face(640), largest=92)
    draw_words(image, row, (110, 772, 734, 1130), words, place=0.4)


def _paste_round(image: Image.Image, panel: Image.Image, at: tuple[int, int], rim: Colour) -> None:
    ground = cast("Colour", image.getpixel(at))
    ring = Canvas(panel.width + 40, panel.height + 40, ground)
    middle = ring.width / 2
    ring.disc(middle, middle, middle, rim)
    ring.disc(middle, middle, middle - 4, ground)
    image.paste(ring.finished(), (at[0] - 20, at[1] - 20))
    mask = Canvas(*panel.size, (0, 0, 0))
    mask.disc(panel.width / 2, panel.height / 2, panel.width / 2, (255, 255, 255))
    image.paste(panel, at, mask.finished().getchannel(0))


def _arch_mask(size: tuple[int, int]) -> Image.Image:
    width, height = size
    mask = Canvas(width, height, (0, 0, 0))
    mask.disc(width / 2, width / 2, width / 2, (255, 255, 255))
    mask.rectangle(0, width / 2, width, height - width / 2, fill=(255, 255, 255))
    return mask.finished().getchannel(0)


def _corner(frame: Canvas, at: Point, turn: int, palette: Palette) -> None:
    """A fan of leaves that grows into the frame from a corner."""
    (x, y), quarter = at, math.pi / 2
    frame.slice(x, y, 76, (turn * 90, turn * 90 + 90), palette.cloth)
    frame.arc(x, y, 74, (turn * 90, turn * 90 + 90), palette.foil, width=4)
    for step in range(3):
        frame.leaf(
            x, y, 66, turn * quarter + (0.5 + step) * quarter / 3, palette.foil, breadth=0.17
        )


Layout = Callable[[Image.Image, CatalogueRow, Design], None]

LAYOUT_DRAWERS: dict[str, Layout] = {
    "label": _label, "poster": _poster, "medallion": _medallion, "band": _band,
    "giant": _giant, "strip": _strip, "stamped": _stamped, "window": _window,
}  # fmt: skip
