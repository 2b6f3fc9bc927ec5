"""Pictures of products that are not books: the canvas bag and the reading journal."""

from PIL import Image, ImageDraw

from main.demo.catalogue import CatalogueRow
from main.demo.pictures.canvas import Canvas, curve
from main.demo.pictures.design import Design
from main.demo.pictures.pages import draw_device, open_book, shaded
from main.demo.pictures.palettes import PALETTES, Colour, mix
from main.demo.pictures.parts import HEIGHT, PUBLISHER, WIDTH, bound
from main.demo.pictures.typesetting import BLACK, BOLD, ITALIC, TEXT, draw_line

_LINEN, _SEAM = (238, 226, 200), (205, 188, 152)
_NAMED = {palette.name: palette for palette in PALETTES}
_BAG, _JOURNAL = _NAMED["sky"], _NAMED["sea"]


def draw_good(row: CatalogueRow, part: str) -> Image.Image:
    """The picture of such a product; part is cover, back or spread."""
    kind = "journal" if "journal" in row.key else "bag"
    return _DRAWERS[kind, part]()


def _bag_front() -> Image.Image:
    image = _bag(_BAG.second)
    draw = ImageDraw.Draw(image)
    draw_device(image, (400, 720), 120, _BAG.ink, _LINEN)
    draw_line(draw, (400, 868), PUBLISHER, BLACK, 84, _BAG.ink)
    draw_line(draw, (400, 968), "ONE MORE CHAPTER", TEXT, 26, _BAG.accent, tracking=0.2)
    return image


def _bag_back() -> Image.Image:
    image = _bag(_BAG.cloth)
    draw = ImageDraw.Draw(image)
    draw.rectangle((330, 1000, 470, 1050), fill=_BAG.ink)
    draw_line(draw, (400, 1012), PUBLISHER, ITALIC, 30, _LINEN)
    return image


def _bag_pattern() -> Image.Image:
    """The print in close-up, over the weave."""
    image = _weave()
    for row in range(5):
        for column in range(3):
            x, y = 133 + column * 267 + (133 if row % 2 else 0), 120 + row * 240
            colour = _BAG.accent if (row + column) % 3 == 0 else _BAG.ink
            draw_device(image, (x, y), 62, colour, _LINEN)
    return image


def _journal_front() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), _JOURNAL.cloth)
    draw = ImageDraw.Draw(image)
    draw.rectangle((700, 0, 726, HEIGHT), fill=_JOURNAL.accent)
    draw.rectangle((170, 250, 630, 610), fill=_JOURNAL.paper)
    draw.rectangle((184, 264, 616, 596), outline=_JOURNAL.ink, width=2)
    draw_line(draw, (400, 330), "Reading", BOLD, 88, _JOURNAL.ink)
    draw_line(draw, (400, 420), "Journal", BOLD, 88, _JOURNAL.ink)
    for y in (548, 576):
        draw.line((250, y, 550, y), fill=_JOURNAL.second, width=2)
    return bound(image)


def _journal_back() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), _JOURNAL.cloth)
    ImageDraw.Draw(image).rectangle((74, 0, 100, HEIGHT), fill=_JOURNAL.accent)
    draw_device(image, (400, 600), 90, mix(_JOURNAL.cloth, (0, 0, 0), 0.3), _JOURNAL.cloth)
    return image


def _journal_open() -> Image.Image:
    image = open_book(Design(_JOURNAL, lambda *_: None, "", "journal"))
    draw = ImageDraw.Draw(image)
    for index, word in enumerate(("Title", "Author", "Begun", "Finished", "Lent to")):
        y = 246 + index * 62
        draw_line(draw, (296, y), word, ITALIC, 30, _JOURNAL.second, align="left")
        draw.line((420, y + 34, 710, y + 34), fill=_JOURNAL.second, width=2)
    for y in range(600, 980, 46):
        draw.line((296, y, 710, y), fill=mix(_JOURNAL.second, _JOURNAL.paper, 0.5), width=2)
    for y in range(280, 980, 46):
        draw.line((0, y, 186, y), fill=mix(_JOURNAL.second, _JOURNAL.paper, 0.5), width=2)
    draw.rectangle((262, 176, 280, 1120), fill=_JOURNAL.accent)
    return shaded(image)


def _bag(ground: Colour) -> Image.Image:
    canvas = Canvas(WIDTH, HEIGHT, ground)
    for depth, colour in ((0, mix(_SEAM, (0, 0, 0), 0.12)), (14, _LINEN)):
        for side in (-1, 1):
            foot, bend, top = (400 + side * 170, 500), (400 + side * 165, 60), (400, 74 + depth)
            canvas.line(curve(foot, bend, top, 40), colour, 34)
    canvas.polygon([(118, 424), (682, 424), (716, 1136), (84, 1136)], _SEAM)
    canvas.polygon([(124, 430), (676, 430), (708, 1128), (92, 1128)], _LINEN)
    canvas.line([(124, 468), (676, 468)], _SEAM, 3)
    for side in (-1, 1):
        end = 400 + side * 170
        canvas.rectangle(end - 17, 430, 34, 76, fill=_LINEN, outline=_SEAM, line=2)
        canvas.line([(end - 12, 470), (end + 12, 500)], _BAG.accent, 2)
        canvas.line([(end + 12, 470), (end - 12, 500)], _BAG.accent, 2)
    return canvas.finished()


def _weave() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), _LINEN)
    draw = ImageDraw.Draw(image)
    for step in range(0, HEIGHT, 10):
        draw.line((0, step, WIDTH, step), fill=mix(_LINEN, _SEAM, 0.35))
        draw.line((step, 0, step, HEIGHT), fill=mix(_LINEN, _SEAM, 0.25))
    return image


_DRAWERS = {
    ("bag", "cover"): _bag_front, ("bag", "back"): _bag_back, ("bag", "spread"): _bag_pattern,
    ("journal", "cover"): _journal_front, ("journal", "back"): _journal_back,
    ("journal", "spread"): _journal_open,
}  # fmt: skip
