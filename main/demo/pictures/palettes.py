"""The inks and cloths of the demo shop's books. No drawing here."""

from typing import NamedTuple

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """Cloth is the ground of a cover, paper its label; ink is for text on paper, foil on cloth."""

    name: str
    cloth: Colour
    paper: Colour
    ink: Colour
    foil: Colour
    accent: Colour
    second: Colour


def _palette(name: str, *codes: str) -> Palette:
    return Palette(name, *(_colour(code) for code in codes))


def _colour(code: str) -> Colour:
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


#                     cloth     paper     ink       foil      accent    second
PALETTES = (
    _palette("bottle", "173f35", "f3ead7", "173f35", "f0dfb4", "d9a441", "3f7a63"),
    _palette("oxblood", "6b1a22", "f6ead9", "4d1118", "f3d9ae", "e0884f", "96333a"),
    _palette("midnight", "14213d", "f4eee0", "14213d", "f6e3b4", "e5b45a", "3b5488"),
    _palette("ochre", "d79a2b", "fbf2dc", "43240c", "43240c", "a63d1f", "f1c76a"),
    _palette("plum", "41204a", "f5ebe6", "371a40", "f0d3c4", "e07f7a", "704080"),
    _palette("sea", "0f4c5c", "f1efe2", "0b3a47", "f6e7c1", "ee8f5a", "3b8391"),
    _palette("brick", "b5472f", "fbefdd", "4a1a10", "fdeccb", "f4b860", "8a2f20"),
    _palette("ivory", "f2e6cd", "fffaf0", "27303f", "27303f", "c0492f", "7d9a93"),
    _palette("rose", "e3b5a4", "fdf3ec", "5a1f33", "5a1f33", "b23a48", "f3d6c8"),
    _palette("slate", "37424d", "f2efe8", "252d35", "efe3c8", "d98e73", "66788a"),
    _palette("moss", "6c7a3a", "f7f2df", "2b3315", "fbf1cf", "e9c46a", "475223"),
    _palette("sky", "a9c5cf", "f8f4e8", "17364a", "17364a", "d1603d", "dfe9e6"),
    _palette("coal", "1d1b1e", "f2ebdd", "1d1b1e", "eddcb5", "c8443a", "55505a"),
)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour at `share` (0 to 1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
