"""The demo shop's products as in the fixture, and descriptions of its subjects."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

CATALOGUE = Path(__file__).parents[1] / "fixtures/demo_catalogue.csv"
GOODS = "For the reader"
# In Britain books are zero-rated; a bag to carry them in is not.
GOODS_TAX_RATE = Decimal("20.00")

SUBJECTS = {
    "Adventure": "Maps, masts, islands, and people who should have stayed at home.",
    "Children's": "Read to you once, and due to be read by you to somebody else.",
    "Drama": "Plays that act themselves in the head, no cloakroom needed.",
    GOODS: "Good things that are not books, for people who mostly want books.",
    "Gothic": "Attics, moors, laboratories, and a draught with no window open.",
    "Mystery": "Somebody knows more than they say, and it is usually the narrator.",
    "Novels": "Other people's lives at full length, from a court in Kyoto to the Midlands.",
    "Philosophy": "How to live, what to doubt, and how to get up in the morning.",
    "Poetry": "From one breath to ten thousand lines, best read aloud.",
    "Science": "Books that changed the world by looking at it closely.",
    "Scientific romance": "What they called it before the rockets were real.",
    "Travel": "Going a long way, slowly, and writing it down.",
}


class CatalogueRow(NamedTuple):
    """A product of the fixture; `cells` are its texts by column."""

    cells: dict[str, str]

    @property
    def name(self) -> str:
        return self.cells["name"]

    @property
    def authors(self) -> str:
        return self.cells["authors"]

    @property
    def isbn(self) -> str:
        return self.cells["isbn"]

    @property
    def year(self) -> str:
        return self.cells["year"]

    @property
    def description(self) -> str:
        return self.cells["description"]

    @property
    def subjects(self) -> list[str]:
        """Its tags except the language, which is one of them."""
        return [tag for tag in self.cells["tags"].split("|") if tag in SUBJECTS]

    @property
    def key(self) -> str:
        """The word that names and seeds its pictures: "moby-dick"."""
        return self.cells["image_filename"].removesuffix("-cover.webp")

    @property
    def is_book(self) -> bool:
        return GOODS not in self.subjects


def read_catalogue(path: Path = CATALOGUE) -> list[CatalogueRow]:
    """All rows of the fixture, in order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [CatalogueRow(cells) for cells in csv.DictReader(file)]
