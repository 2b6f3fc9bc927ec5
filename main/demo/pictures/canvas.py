"""A canvas for ornaments, drawn at twice its size to smooth the edges."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

from main.demo.pictures.palettes import Colour

_FINER = 2
Point = tuple[float, float]
Sector = tuple[float, float]  # from, to: degrees clockwise, 0 is to the right


@dataclass
class Inks:
    """An ornament's colours: the ground, a line colour, and two accents."""

    ground: Colour
    line: Colour
    accent: Colour
    second: Colour


class Canvas:
    """Takes lengths of the finished picture; shapes are smoothed when it is finished."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * _FINER, height * _FINER), ground)
        self._draw = ImageDraw.Draw(self._image)

    def finished(self) -> Image.Image:
        return self._image.reduce(_FINER)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self._draw.ellipse(self._box(x, y, radius), fill=fill)

    def ring(self, x: float, y: float, radius: float, fill: Colour, width: float = 2) -> None:
        self._draw.ellipse(self._box(x, y, radius), outline=fill, width=round(width * _FINER))

    def arc(self, x: float, y: float, radius: float, sector: Sector, fill: Colour, *,
            width: float = 2) -> None:  # fmt: skip
        """Part of a ring."""
        box = self._box(x, y, radius + width / 2)
        self._draw.arc(box, *sector, fill=fill, width=round(width * _FINER))

    def slice(self, x: float, y: float, radius: float, sector: Sector, fill: Colour) -> None:
        self._draw.pieslice(self._box(x, y, radius), *sector, fill=fill)

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=fill)

    def line(self, points: Iterable[Point], fill: Colour, width: float = 2) -> None:
        spots = [self._at(point) for point in points]
        self._draw.line(spots, fill=fill, width=round(width * _FINER), joint="curve")

    def rectangle(self, x: float, y: float, width: float, height: float, *,
                  fill: Colour | None = None, outline: Colour | None = None,
                  line: float = 1) -> None:  # fmt: skip
        box = (*self._at((x, y)), *self._at((x + width, y + height)))
        self._draw.rectangle(box, fill=fill, outline=outline, width=round(line * _FINER))

    def star(self, x: float, y: float, radius: float, fill: Colour, *, points: int = 4,
             inner: float = 0.3, turn: float = 0) -> None:  # fmt: skip
        corners = []
        for step in range(points * 2):
            reach = radius * (inner if step % 2 else 1)
            angle = math.pi * step / points - math.pi / 2 + turn
            corners.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        self.polygon(corners, fill)

    def leaf(self, x: float, y: float, length: float, angle: float, fill: Colour, *,
             breadth: float = 0.3) -> None:  # fmt: skip
        """A pointed leaf with its foot at x, y."""
        tip = (x + length * math.cos(angle), y + length * math.sin(angle))
        sides = []
        for side in (-1, 1):
            bend = angle + side * math.atan(breadth * 2)
            reach = length * 0.5 * math.hypot(1, breadth * 2)
            control = (x + reach * math.cos(bend), y + reach * math.sin(bend))
            sides.append(curve((x, y), control, tip))
        self.polygon(sides[0] + sides[1][::-1], fill)

    def _box(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        return (*self._at((x - radius, y - radius)), *self._at((x + radius, y + radius)))

    @staticmethod
    def _at(point: Point) -> Point:
        return point[0] * _FINER, point[1] * _FINER


Ornament = Callable[[Canvas, Inks, Random], None]


def curve(start: Point, control: Point, end: Point, steps: int = 16) -> list[Point]:
    """Points along a quadratic Bézier curve."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        points.append(
            (a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1])
        )
    return points
