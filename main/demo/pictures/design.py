"""Decides how a book looks: palette, ornament and layout, always the same for the same book."""

import re
from random import Random
from typing import NamedTuple

from main.demo.catalogue import CatalogueRow
from main.demo.pictures import geometry, nature
from main.demo.pictures.canvas import Inks, Ornament
from main.demo.pictures.palettes import PALETTES, Palette

# The first pattern that matches the title, or else a subject, decides what may be drawn.
_HINTS: tuple[tuple[str, tuple[Ornament, ...]], ...] = (
    (r"whale|mers\b|crusoe|odyssey|treasure|boat|gulliver|beagle", (nature.waves,)),
    (r"garden|grass|fleurs|willows|songs|gables|species|eyre", (nature.branches, nature.meadow)),
    (r"dracula|frankenstein|jekyll|worlds|dorian", (nature.stars, geometry.rings, geometry.scales)),
    (r"time machine|sistemi|tao te|candle|prince", (nature.orbits, geometry.rings, geometry.seeds)),
    (r"moor|heights|hound|donkey|travels|road|zarathustra|wildfell", (nature.ridges,)),
    (r"republic|meditations|commedia|hamlet|cristo", (geometry.arches, geometry.sunburst)),
    (r"quijote|miserables|misérables|candide|emma\b", (geometry.sunburst, geometry.quilt)),
    (r"flatland|engine", (geometry.quilt, geometry.arcs)),
    (r"genji|faust|paradise", (nature.rain, geometry.scales, nature.stars)),
)
_SUBJECTS: dict[str, tuple[Ornament, ...]] = {
    "Poetry": (nature.branches, nature.meadow, nature.stars),
    "Drama": (geometry.arches, geometry.lattice, geometry.sunburst),
    "Mystery": (geometry.arcs, geometry.lattice, nature.rain),
    "Science": (geometry.seeds, nature.orbits),
    "Children's": (nature.stars, geometry.quilt, nature.meadow),
}
_OTHERS: tuple[Ornament, ...] = (
    geometry.lattice, geometry.scales, geometry.arcs, geometry.seeds, geometry.quilt,
    geometry.rings, geometry.sunburst, nature.branches, nature.ridges,
)  # fmt: skip
# Another word here changes every book; with this one no layout or colour is too frequent.
_PRINTING = "oxford"
LAYOUTS = ("label", "poster", "medallion", "band", "giant", "strip", "stamped", "window")


class Design(NamedTuple):
    """The looks of one book, on all its pictures."""

    palette: Palette
    ornament: Ornament
    layout: str
    seed: str

    def rng(self, purpose: str = "ornament") -> Random:
        """Random numbers, the same each time."""
        return Random(f"{self.seed}/{purpose}")  # noqa: S311, no secret

    def on_cloth(self) -> Inks:
        palette = self.palette
        return Inks(palette.cloth, palette.foil, palette.accent, palette.second)

    def on_paper(self) -> Inks:
        palette = self.palette
        return Inks(palette.paper, palette.ink, palette.accent, palette.second)


def design_of(row: CatalogueRow) -> Design:
    """Chosen by the book's subject, then at random, seeded with its name."""
    rng = Random(f"{_PRINTING}/{row.key}")  # noqa: S311, no secret
    palette = rng.choice(PALETTES)
    layout = rng.choice(LAYOUTS)
    return Design(palette, rng.choice(_fitting(row)), layout, row.key)


def _fitting(row: CatalogueRow) -> tuple[Ornament, ...]:
    for pattern, ornaments in _HINTS:
        if re.search(pattern, row.name.lower()):
            return ornaments
    for subject in row.subjects:
        if subject in _SUBJECTS:
            return _SUBJECTS[subject]
    return _OTHERS
