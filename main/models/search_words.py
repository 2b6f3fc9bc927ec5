"""A book's words as they are stored to be found, and those of a query as they are asked for.

"J. R. R.", "J.R.R." and "JRR" are one, and so are "O’Brien" and "OBrien", "20,000" and "20000",
"M*A*S*H" and "MASH", "e-mail" and "email": what belongs together is stored as one word and in its
parts. Chinese, Japanese, Korean and Thai know no spaces: they are stored in overlapping pairs of
characters. All words are folded and hold letters, digits and their marks only.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from main.models.folded_text import DIGEST, FoldedField
from main.models.folding import fold

LONGEST_DESCRIPTION = 20_000  # characters: an index of PostgreSQL holds a megabyte a row
_LONGEST_WORD, _LONGEST_JOINED = 100, 40  # no word is longer; an index takes 2 kB
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_BY_SCRIPT = re.compile(f"[{_SPACELESS}]+|[^{_SPACELESS}]+")
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_MARKS = "".join(char for char in map(chr, range(0x900, 0xAC00)) if unicodedata.combining(char)
                 or unicodedata.category(char)[0] == "M")  # fmt: skip
_JOINING = "-./*&+=@_():"  # within words: "e-mail", "(un)common", "3:10"
_TITLES_END = re.compile(r"(.)\s*\([^()]*\)\s*$", re.DOTALL)
ARTICLES = {"a", "an", "the"}


def _pattern(char: str) -> re.Pattern[str]:
    """Finds a grouped number, initials, or words with signs between them; words are of `char`s."""
    end, letter = rf"(?!{char}|')", r"[^\W\d_]"
    # Between initials: "J. R.", "J.R.", "J.-P.", "M*A*S*H", "J R"; but "plan b a novel" has none.
    between = rf"(?:[.*] ?-?|-| (?![ai]{end}))"
    word = f"{char}+(?:'{char}+)*"
    thousands = r"(?:[,.' ][0-9]{3})+|(?:,[0-9]{2})+,[0-9]{3}"  # 100,000 and, in India, 1,00,000
    return re.compile(
        rf"(?P<number>(?<!{char})[0-9]{{1,3}}(?:{thousands}){end})"
        rf"|(?P<initials>(?<!{char})(?<!'){letter}{end}(?:{between}{letter}{end})+)"
        rf"|{word}(?:[{_JOINING}]{word})*"
    )


_PLAIN, _ANY = _pattern("[a-z0-9]"), _pattern(rf"(?:[^\W_]|[{_MARKS}])")
_ANY_PARTS = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")


class BookWordsField(FoldedField):
    """A book's words on their way into the index, from which only their digest is left.

    SQLite asks for them itself, when the book is written (main.models.search_sqlite).
    """

    def lines(self, texts: list[str]) -> list[str]:
        name, authors, description = texts
        return [stored_title(name), *map(stored_words, (name, authors, description))]

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if connection.vendor == "sqlite" and isinstance(value, str):
            value = value[:DIGEST]
        return super().get_db_prep_save(value, connection)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is written together: a word, or words with signs between them, each in its parts."""

    words: tuple[tuple[str, ...], ...]
    is_one: bool = False

    @property
    def whole(self) -> str:
        return "".join(self.parts)

    @property
    def parts(self) -> list[str]:
        return [part for word in self.words for part in word]

    @property
    def canonical(self) -> list[str]:
        """As titles are compared."""
        return [self.whole] if self.is_one else ["".join(word) for word in self.words]

    @property
    def ways(self) -> list[list[str]]:
        """Each list of words by which it is found, the most exact first."""
        ways = [self.canonical, self.parts]
        if len(self.whole) <= _LONGEST_JOINED:
            ways.insert(0, [self.whole])
        return [way for at, way in enumerate(ways) if way not in ways[:at]]


def chunks_in(text: str) -> Iterator[Chunk]:
    for written in _written_together(fold(text)):
        yield _chunk(written)


def _written_together(folded: str) -> Iterator[re.Match[str]]:
    return (_PLAIN if folded.isascii() else _ANY).finditer(folded)


def _chunk(written: re.Match[str]) -> Chunk:
    if written.lastgroup:
        return Chunk((tuple(_ANY_PARTS.findall(written[0])),), is_one=True)
    words = re.split(f"[{_JOINING}]", written[0])
    return Chunk(tuple(tuple(word.split("'")) for word in words))


def stored_words(text: str) -> str:
    """All words by which the text is found, in its order, separated by spaces."""
    words: list[str] = []
    for written in _written_together(fold(text[:LONGEST_DESCRIPTION])):
        if written[0].isalnum():  # most are, and a book has many
            words += _grams(written[0])
        else:
            *joined, parts = _chunk(written).ways
            beside = [word for way in joined for word in way if word not in parts]
            words += [gram for word in (*parts, *beside) for gram in _grams(word)]
    return " ".join(words)


def stored_title(name: str) -> str:
    """ "The Hobbit" and "Emma (Penguin Classics)" by what one calls them: "hobbit", "emma"."""
    chunks = list(chunks_in(_TITLES_END.sub(r"\1", fold(name))))
    return " ".join(gram for word in title_words(chunks) for gram in _grams(word))


def title_words(chunks: list[Chunk]) -> list[str]:
    """As titles are compared: without their article, unless that is the title."""
    words = [word for chunk in chunks for word in chunk.canonical]
    return words[1:] if words[0:1] and words[0] in ARTICLES and len(words) > 1 else words


def asked_words(word: str) -> list[str]:
    """The stored words that stand side by side where this one is found."""
    return [gram for run in _BY_SCRIPT.findall(word) for gram in _pairs(run)]


def is_one_sign(word: str) -> bool:
    """Whether it is one character of a script without spaces: pairs begin with it."""
    return len(word) == 1 and bool(_IS_SPACELESS.match(word))


def _grams(word: str) -> list[str]:
    """Pairs, and each run's last character, so that every character begins a word."""
    if word.isascii() or not _IS_SPACELESS.search(word):
        return [word[:_LONGEST_WORD]]
    grams = []
    for run in _BY_SCRIPT.findall(word):
        grams += _pairs(run)
        if len(run) > 1 and _IS_SPACELESS.match(run):
            grams.append(run[-1])
    return grams


def _pairs(run: str) -> list[str]:
    if len(run) < 2 or not _IS_SPACELESS.match(run):
        return [run[:_LONGEST_WORD]]
    return [run[at : at + 2] for at in range(len(run) - 1)]
