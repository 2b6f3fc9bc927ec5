"""Sets type: fonts, tracking, and titles broken into lines that fill their box."""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import combinations, groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

from PIL import ImageDraw, ImageFont

from main.demo.pictures.palettes import Colour

# The site's own typeface, as npm installs it. Without it Pillow's built-in face is used, so that
# pictures can be drawn (and tested) on a machine without Node.
FONTS = Path(__file__).parents[3] / "node_modules/@fontsource-variable/alegreya/files"
_MEASURING_SIZE = 100
_WEAK_ENDINGS = {"a", "and", "in", "of", "on", "or", "the", "to", "with", "de", "di", "i", "del"}
_TYPEWRITER = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "ø": "o", "ß": "ss"})
_SUBTITLE = re.compile(r"[;:,]? \((?=.+\)$)|[;:] |, (?=ou |or )")


class Face(NamedTuple):
    """A style of the typeface; `sans` is the face that comes with Pillow."""

    weight: int = 500
    italic: bool = False
    sans: bool = False


TEXT, ITALIC = Face(), Face(italic=True)
BOLD, BLACK = Face(weight=700), Face(weight=850)
SANS = Face(sans=True)


class Setting(NamedTuple):
    """A text broken into lines, at the size that fills its box."""

    lines: tuple[str, ...]
    size: int
    leading: float

    @property
    def height(self) -> int:
        return round(self.size * self.leading * len(self.lines))


@lru_cache(maxsize=512)
def font(face: Face, size: int, subset: str = "latin") -> ImageFont.FreeTypeFont:
    """The face at a size in pixels; glyphs beyond Latin-1 are in the subset `latin-ext`."""
    if face.sans or not _is_installed():
        return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))
    path = FONTS / f"alegreya-{subset}-wght-{'italic' if face.italic else 'normal'}.woff2"
    loaded = ImageFont.truetype(path, size)
    loaded.set_variation_by_axes([face.weight])
    return loaded


def polished(text: str) -> str:
    """Typographic apostrophes and dashes."""
    return text.replace("'", "’").replace(" - ", " – ")


def split_title(name: str) -> tuple[str, str]:
    """ "Flatland: A Romance" into "Flatland" and "A Romance"; the second may be empty."""
    title, *rest = _SUBTITLE.split(polished(name), maxsplit=1)
    return title, rest[0].removesuffix(")") if rest else ""


def width_of(text: str, face: Face, size: int, tracking: float = 0) -> float:
    """The width in pixels; tracking is the space added after each letter, in ems."""
    runs = _runs(text, face)
    width = sum(font(face, size, subset).getlength(part) for subset, part in runs)
    return width + tracking * size * len(text)


def set_title(text: str, face: Face, box: tuple[int, int], **limits: Any) -> Setting:
    """Break a text so that it can be set as large as possible; limits as in `_sized`."""
    words = text.split()
    counts = range(1, min(len(words), 6) + 1)
    settings = [_sized(_broken(words, count, face), face, box, **limits) for count in counts]
    return max(settings, key=lambda setting: setting.size / (1 + _weakness(setting.lines)))


def set_paragraph(text: str, face: Face, size: int, width: int, leading: float = 1.3) -> Setting:
    """Break a text into as few lines of one size as possible."""
    lines = [""]
    for word in polished(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, face, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return Setting(tuple(lines), size, leading)


def draw_setting(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], setting: Setting, face: Face,
    colour: Colour, *, align: str = "centre", tracking: float = 0,
) -> float:  # fmt: skip
    """Draw the lines from the top at `at`, where x is the middle or the left; return y below."""
    x, y = at
    for line in setting.lines:
        draw_line(draw, (x, y), line, face, setting.size, colour, align=align, tracking=tracking)
        y += setting.size * setting.leading
    return y


def draw_line(  # noqa: PLR0917, the same order as draw_setting
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, face: Face, size: int,
    colour: Colour, *, align: str = "centre", tracking: float = 0,
) -> None:  # fmt: skip
    """Draw one line, its letter tops near y."""
    x, y = at
    if align == "centre":
        x -= (width_of(text, face, size, tracking) - tracking * size) / 2
    baseline = y + size * 0.82
    for subset, run in _runs(text, face):
        cut = font(face, size, subset)
        # As one kerned run if letters keep their own width, otherwise letter by letter.
        for part in run if tracking else [run]:
            draw.text((x, baseline), part, fill=colour, font=cut, anchor="ls")
            x += cut.getlength(part) + tracking * size


def _runs(text: str, face: Face) -> list[tuple[str, str]]:
    """The text in parts, each with the font subset that has its letters."""
    if face.sans or not _is_installed():
        return [("latin", _plain(text))]
    groups = groupby(text, key=_subset)
    return [(subset, "".join(letters)) for subset, letters in groups]


@cache
def _is_installed() -> bool:
    return FONTS.is_dir()


def _plain(text: str) -> str:
    """Pillow's own face has ASCII only: no accents, straight quotes."""
    letters = unicodedata.normalize("NFKD", text.translate(_TYPEWRITER))
    return letters.encode("ascii", "ignore").decode()


def _subset(letter: str) -> str:
    return "latin" if letter < "\u0100" or "\u2000" <= letter <= "\u206f" else "latin-ext"


def _broken(words: list[str], count: int, face: Face) -> tuple[str, ...]:
    """The words in `count` lines, the longest as short as possible, with no article at an end."""
    options = []
    for cuts in combinations(range(1, len(words)), count - 1):
        edges = (0, *cuts, len(words))
        lines = tuple(" ".join(words[a:b]) for a, b in pairwise(edges))
        options.append((_badness(lines, face), lines))
    return min(options)[1]


def _badness(lines: tuple[str, ...], face: Face) -> float:
    longest = max(width_of(line, face, _MEASURING_SIZE) for line in lines)
    return longest * (1 + _weakness(lines))


def _weakness(lines: tuple[str, ...]) -> float:
    """How badly the lines end: with an article or, worse, consisting of one."""
    ends = [line.split() for line in lines[:-1]]
    weak = [words for words in ends if words[-1].lower() in _WEAK_ENDINGS]
    return sum(0.3 if len(words) == 1 else 0.12 for words in weak)


def _sized(
    lines: tuple[str, ...], face: Face, box: tuple[int, int], *, largest: int = 150,
    leading: float = 1.0, tracking: float = 0,
) -> Setting:  # fmt: skip
    longest = max(width_of(line, face, _MEASURING_SIZE, tracking) for line in lines)
    by_width = box[0] / longest * _MEASURING_SIZE
    by_height = box[1] / (len(lines) * leading)
    return Setting(lines, int(min(largest, by_width, by_height)), leading)
