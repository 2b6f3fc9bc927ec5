"""Ornaments from sea, sky, hills and hedges; each fills its canvas."""

import math
from itertools import pairwise
from random import Random

from main.demo.pictures.canvas import Canvas, Inks, Point, curve
from main.demo.pictures.palettes import mix


def waves(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """A sun or moon over rows of waves that grow towards the foot."""
    _sun(canvas, inks, rng, height=0.24)
    rows, top = rng.choice((11, 13)), canvas.height * 0.34
    for row in range(rows):
        share = row / rows
        y = top + (canvas.height - top) * share**1.25
        rise = canvas.width * (0.008 + 0.05 * share)
        length = canvas.width / (5.5 - 3.6 * share)
        crest = _swell(canvas.width, y, rise, length, rng.random() * length)
        fill = mix(inks.ground, inks.second, 0.25 + 0.75 * share)
        canvas.polygon([*crest, (canvas.width, canvas.height), (0, canvas.height)], fill)
        edge = inks.accent if row == rows // 3 else inks.line
        canvas.line(crest, edge, canvas.width * (0.003 + 0.006 * share))


def ridges(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Hills behind hills, paler with distance, under a sun."""
    _sun(canvas, inks, rng, height=0.3)
    layers = 7
    for layer in range(layers):
        y = canvas.height * (0.36 + 0.62 * layer / layers)
        waves_of_hill = [(rng.uniform(0.4, 1.4), rng.random() * math.tau, 1.0),
                         (rng.uniform(2, 4), rng.random() * math.tau, 0.3)]  # fmt: skip
        crest = []
        for step in range(81):
            t = step / 80
            lift = sum(math.sin(t * k * math.tau + p) * a for k, p, a in waves_of_hill)
            crest.append((t * canvas.width, y + lift * canvas.height * 0.045))
        far, near = mix(inks.second, inks.ground, 0.3), mix(inks.ground, (0, 0, 0), 0.35)
        fill = mix(far, near, layer / layers)
        canvas.polygon([*crest, (canvas.width, canvas.height), (0, canvas.height)], fill)
        canvas.line(crest, mix(inks.line, fill, 0.35), canvas.width / 260)


def stars(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """A night sky: a crescent, and stars with lines between some."""
    unit = canvas.width / 100
    for _ in range(int(170 * canvas.height / canvas.width)):
        size = rng.choice((0.25, 0.35, 0.35, 0.55))
        spot = rng.random() * canvas.width, rng.random() * canvas.height
        canvas.disc(*spot, size * unit, mix(inks.line, inks.ground, rng.choice((0.1, 0.5))))
    spots = _scattered(canvas, rng, distance=22 * unit)
    for first, second in pairwise(spots):
        if math.dist(first, second) < 42 * unit:
            canvas.line([first, second], mix(inks.line, inks.ground, 0.55), unit * 0.3)
    for index, (x, y) in enumerate(spots):
        canvas.disc(x, y, unit * 2.6, inks.ground)
        colour = inks.accent if index % 3 == 0 else inks.line
        canvas.star(x, y, unit * rng.uniform(2.6, 5), colour, points=rng.choice((4, 4, 6, 8)))
    _crescent(canvas, inks, canvas.width * 0.72, canvas.height * 0.2, unit * 11)


def orbits(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """A sun with planets on their circles."""
    x, y = canvas.width / 2, canvas.height / 2
    unit = canvas.width / 100
    for spot in _scattered(canvas, rng, distance=9 * unit):
        canvas.disc(*spot, unit * 0.3, mix(inks.line, inks.ground, 0.4))
    for index in range(1, 11):
        radius = unit * (9 + index * 7.2)
        canvas.ring(x, y, radius, mix(inks.line, inks.ground, 0.25), unit * 0.35)
        angle = rng.random() * math.tau
        size = unit * rng.choice((1.2, 1.8, 2.6, 3.2))
        spot = x + radius * math.cos(angle), y + radius * math.sin(angle)
        canvas.disc(*spot, size + unit, inks.ground)
        canvas.disc(*spot, size, rng.choice((inks.accent, inks.line, inks.second)))
        if size > 2.5 * unit:
            canvas.ring(*spot, size * 1.55, inks.line, unit * 0.35)
    canvas.star(x, y, unit * 10, inks.accent, points=16, inner=0.62)
    canvas.disc(x, y, unit * 5, inks.line)


def branches(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Leafy stems that rise side by side, with berries."""
    stems = rng.choice((3, 4, 5))
    for stem in range(stems):
        x = canvas.width * (stem + 0.5) / stems
        _stem(canvas, inks, rng, x, lean=rng.choice((-1, 1)) * canvas.width / stems / 5,
              leaf=canvas.width / stems * 0.46)  # fmt: skip


def meadow(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Tall grasses and round flowers in front of the cloth."""
    unit = canvas.width / 100
    for index in range(34):
        x = canvas.width * (index + rng.random()) / 34
        top = canvas.height * rng.uniform(0.08, 0.62)
        bend = x + rng.uniform(-9, 9) * unit
        stalk = curve((x, canvas.height), (x, canvas.height * 0.6), (bend, top))
        shade = rng.choice((inks.second, mix(inks.line, inks.ground, 0.45)))
        canvas.line(stalk, shade, unit * 0.7)
        for share in (6, 8, 10, 12):
            side = 1 if share % 4 else -1
            canvas.leaf(*stalk[share], unit * 9, -math.pi / 2 + side * 0.7, shade, breadth=0.16)
        _flower(canvas, inks, rng, (bend, top), radius=unit * rng.uniform(2.4, 4.6))


def rain(canvas: Canvas, inks: Inks, rng: Random) -> None:
    """Slanting strokes of rain with a few falling leaves."""
    unit = canvas.width / 100
    slant = rng.choice((-0.22, 0.22))
    for _ in range(int(210 * canvas.height / canvas.width)):
        x, y = rng.random() * canvas.width, rng.random() * canvas.height
        length = unit * rng.uniform(5, 16)
        colour = rng.choice((inks.second, inks.line, mix(inks.line, inks.ground, 0.5)))
        canvas.line([(x, y), (x + length * slant, y + length)], colour, unit * 0.5)
    for spot in _scattered(canvas, rng, distance=21 * unit):
        angle = rng.uniform(0.2, 2.6)
        colour = rng.choice((inks.accent, inks.line))
        canvas.leaf(*spot, unit * rng.uniform(7, 11), angle, colour, breadth=0.34)


def _sun(canvas: Canvas, inks: Inks, rng: Random, *, height: float) -> None:
    x, y = canvas.width * rng.choice((0.32, 0.5, 0.68)), canvas.height * height
    radius = min(canvas.width * 0.17, canvas.height * 0.2)
    canvas.disc(x, y, radius, inks.accent)
    for share in (1.2, 1.42, 1.7):
        faint = mix(inks.line, inks.ground, share - 0.95)
        canvas.ring(x, y, radius * share, faint, canvas.width / 240)


def _swell(width: float, y: float, rise: float, length: float, start: float) -> list:
    steps = [width * step / 120 for step in range(121)]
    return [(x, y - rise * abs(math.sin(math.pi * (x + start) / length)) ** 0.8) for x in steps]


def _crescent(canvas: Canvas, inks: Inks, x: float, y: float, radius: float) -> None:
    canvas.disc(x, y, radius * 1.3, inks.ground)
    canvas.disc(x, y, radius, inks.accent)
    canvas.disc(x - radius * 0.42, y - radius * 0.16, radius * 0.86, inks.ground)


def _scattered(canvas: Canvas, rng: Random, *, distance: float) -> list[tuple[float, float]]:
    """Spots at least `distance` apart, by throwing darts."""
    spots: list[tuple[float, float]] = []
    for _ in range(240):
        spot = rng.random() * canvas.width, rng.random() * canvas.height
        if all(math.dist(spot, other) >= distance for other in spots):
            spots.append(spot)
    return sorted(spots)


def _stem(canvas: Canvas, inks: Inks, rng: Random, x: float, *, lean: float, leaf: float) -> None:
    pairs = math.ceil(canvas.height / (leaf * 0.62)) + 1
    spine = [
        (x + lean * math.sin(step / pairs * math.tau), canvas.height * (1 - step / (pairs - 1)))
        for step in range(pairs)
    ]
    canvas.line(spine, inks.line, leaf / 22)
    for index, (spot_x, spot_y) in enumerate(spine):
        for side in (-1, 1):
            angle = -math.pi / 2 + side * 0.95
            colour = inks.second if (index + (side > 0)) % 2 else inks.line
            canvas.leaf(spot_x, spot_y, leaf, angle, colour, breadth=0.26)
            vein = (spot_x + leaf * 0.7 * math.cos(angle), spot_y + leaf * 0.7 * math.sin(angle))
            canvas.line([(spot_x, spot_y), vein], inks.ground, leaf / 40)
            if rng.random() < 0.4:
                berry = spot_x + side * leaf * 0.3, spot_y - leaf * 0.62
                canvas.disc(*berry, leaf * 0.1, inks.accent)


def _flower(canvas: Canvas, inks: Inks, rng: Random, at: Point, *, radius: float) -> None:
    x, y = at
    petal = rng.choice((inks.accent, inks.line, inks.accent))
    for step in range(8):
        angle = step * math.tau / 8
        canvas.leaf(x, y, radius * 1.6, angle, petal, breadth=0.22)
    canvas.disc(x, y, radius * 0.45, inks.second if petal == inks.line else inks.line)
