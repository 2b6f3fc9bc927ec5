"""Geometric ornaments; each fills its canvas."""

import math
from random import Random

from main.demo.pictures.canvas import Canvas, Inks, Point
from main.demo.pictures.palettes import Colour, mix


def rings(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Concentric rings, cut down the middle and shifted by one ring."""
    x, y = canvas.width / 2, canvas.height * rng.choice((0.38, 0.5, 0.62))
    step = canvas.width / rng.choice((13, 15, 17))
    colours = [inks.line, inks.ground, inks.accent, inks.ground, inks.second, inks.ground]
    count = round(math.hypot(x, max(y, canvas.height - y)) / step) + 1
    for index in range(count, 0, -1):
        canvas.slice(x, y, index * step, (90, 270), colours[index % 6])
        canvas.slice(x, y, index * step, (270, 450), colours[(index + 1) % 6])


def sunburst(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Rays from a low sun, with its rings."""
    x, y = canvas.width / 2, canvas.height * rng.choice((0.74, 0.86, 1.0))
    rays, reach = rng.choice((36, 44, 52)), canvas.width + canvas.height
    for ray in range(0, rays, 2):
        colour = inks.second if ray % 4 else inks.line
        canvas.slice(x, y, reach, (ray * 360 / rays, (ray + 1) * 360 / rays), colour)
    unit = canvas.width / 16
    for size, colour in ((5.6, inks.ground), (5, inks.accent), (4, inks.ground), (3.4, inks.line)):
        canvas.disc(x, y, size * unit, colour)


def arcs(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Square tiles with quarter rings, turned at random to make winding paths."""
    columns = rng.choice((5, 6, 8))
    side = canvas.width / columns
    for row in range(math.ceil(canvas.height / side)):
        for column in range(columns):
            x, y = column * side, row * side
            corners = [(x, y, 0), (x + side, y + side, 180)]
            if rng.random() < 0.5:
                corners = [(x + side, y, 90), (x, y + side, 270)]
            for corner in corners:
                _quarter(canvas, corner, side, inks)


def scales(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Rows of fish scales, each with rings inside."""
    radius = canvas.width / rng.choice((6, 8, 10))
    rows = math.ceil(canvas.height / (radius / 2)) + 2
    for row in range(rows):
        shift = radius if row % 2 else 0
        for column in range(-1, math.ceil(canvas.width / (2 * radius)) + 1):
            x, y = column * 2 * radius + shift, row * radius / 2
            middle = inks.accent if (row * 3 + column * 5) % 7 == 0 else inks.ground
            bands = ((1, inks.line), (0.9, inks.ground), (0.68, inks.second),
                     (0.56, inks.ground), (0.34, inks.line), (0.22, middle))  # fmt: skip
            for share, colour in bands:
                canvas.disc(x, y, radius * share, colour)


def lattice(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Diamonds inside diamonds, a dot at each crossing."""
    columns = rng.choice((4, 5, 6))
    wide = canvas.width / columns
    tall = wide * rng.choice((1.2, 1.5))
    for row in range(-1, math.ceil(canvas.height / (tall / 2)) + 1):
        for column in range(-1, columns + 1):
            x, y = column * wide + (wide / 2 if row % 2 else 0) + wide / 2, row * tall / 2
            inner = inks.accent if (row + column) % 3 == 0 else inks.second
            for share, colour in ((0.96, inks.line), (0.86, inks.ground), (0.6, inner),
                                  (0.34, inks.ground)):  # fmt: skip
                _diamond(canvas, (x, y), (wide * share / 2, tall * share / 2), colour)
            canvas.disc(x + wide / 2, y, wide * 0.05, inks.accent)


def quilt(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Squares halved into triangles, mirrored about the middle."""
    columns = rng.choice((6, 8))
    side = canvas.width / columns
    shades = [inks.line, inks.accent, inks.second, inks.ground, inks.ground]
    for row in range(math.ceil(canvas.height / side)):
        for column in range(columns // 2):
            colours, falling = (rng.choice(shades), rng.choice(shades)), rng.random() < 0.5
            for mirrored in (False, True):
                x = (columns - 1 - column if mirrored else column) * side
                _halved(canvas, (x, row * side), side, colours, falling is not mirrored)


def arches(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """A wall of arcades, arch inside arch, some with a lit lamp."""
    columns = rng.choice((3, 4, 5))
    wide = canvas.width / columns
    tall = wide * 1.5
    for row in range(math.ceil(canvas.height / tall)):
        for column in range(columns):
            x, foot = (column + 0.5) * wide, (row + 1) * tall
            lit = inks.accent if rng.random() < 0.3 else inks.second
            for share, colour in ((0.92, inks.line), (0.78, inks.ground), (0.6, inks.line),
                                  (0.5, inks.ground), (0.3, lit)):  # fmt: skip
                size = wide * share / 2, tall * (0.42 + share / 2)
                _arch(canvas, (x, foot), size, colour)


def seeds(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Dots on the golden angle, as in a sunflower."""
    x, y = canvas.width / 2, canvas.height / 2
    spacing = canvas.width / rng.choice((34, 40, 46))
    reach = math.hypot(x, y) + spacing
    turn, index = rng.random() * math.tau, 1
    colours = [inks.line, inks.accent, inks.line, inks.second]
    while (distance := spacing * math.sqrt(index)) < reach:
        angle = turn + index * math.pi * (3 - math.sqrt(5))
        size = spacing * (0.22 + 0.5 * min(1, distance / canvas.width))
        spot = x + distance * math.cos(angle), y + distance * math.sin(angle)
        canvas.disc(*spot, size, colours[int(distance / (spacing * 4.2)) % 4])
        index += 1


def _quarter(canvas: Canvas, corner: tuple, side: float, inks: Inks) -> None:
    """Three bands, symmetrical along each edge, so that they continue in the next tile."""
    x, y, start = corner
    for share, width, colour in (
        (0.66, 0.09, inks.line), (0.5, 0.12, inks.accent), (0.34, 0.09, inks.line),
    ):  # fmt: skip
        canvas.arc(x, y, side * share, (start, start + 90), colour, width=side * width)


def _diamond(canvas: Canvas, middle: Point, reach: Point, colour: Colour) -> None:
    (x, y), (half, rise) = middle, reach
    canvas.polygon([(x - half, y), (x, y - rise), (x + half, y), (x, y + rise)], colour)


def _halved(canvas: Canvas, at: Point, side: float, colours: tuple, falling: bool) -> None:
    x, y = at
    canvas.rectangle(x, y, side, side, fill=colours[0])
    corner = (x, y + side) if falling else (x + side, y + side)
    ends = [(x, y), (x + side, y + side)] if falling else [(x + side, y), (x, y + side)]
    canvas.polygon([*ends, corner], mix(colours[1], colours[0], 0.05))


def _arch(canvas: Canvas, at: Point, size: Point, colour: Colour) -> None:
    (x, foot), (half, height) = at, size
    top = foot - height + half
    canvas.disc(x, top, half, colour)
    canvas.rectangle(x - half, top, 2 * half, height - half, fill=colour)
