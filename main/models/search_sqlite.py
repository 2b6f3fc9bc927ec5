"""Search on SQLite: an FTS5 table beside the products, kept in sync by triggers."""

from string import ascii_lowercase
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Case, When
from django.db.models.expressions import RawSQL

from main.models.search_words import Chunk, asked_words, is_one_sign, stored_title, stored_words

_FIELDS = "title, name, authors, description"
_WEIGHTS = "10, 5, 3, 1"
_TITLE, _TITLE_OR_AUTHORS = "{title name}", "{title name authors}"
# A word is also tried with one letter changed, left out or added, or two letters swapped.
_SHORTEST_MISTAKEN, _LONGEST_MISTAKEN = 4, 20

# All words are folded before they come here: only ASCII's spaces part them.
_TABLE = f"""CREATE VIRTUAL TABLE main_product_search USING fts5(
    {_FIELDS}, tokenize = 'ascii', prefix = '2 3'
)"""
_FUNCTIONS = {"booktime_title": stored_title, "booktime_words": stored_words}
_FILL = """
INSERT INTO main_product_search (rowid, title, name, authors, description)
SELECT id, booktime_title(name), booktime_words(name), booktime_words(authors),
    booktime_words(description)
FROM ({rows})"""
_NEW_ROW = """
SELECT new.id AS id, new.name AS name, new.authors AS authors, new.description AS description
"""
_DELETE = "DELETE FROM main_product_search WHERE rowid = old.id"
_SOURCES = ("id", "name", "authors", "description")
_CHANGED = " OR ".join(f"old.{source} <> new.{source}" for source in _SOURCES)
_INTO = _FILL.format(rows=_NEW_ROW)
_TRIGGERS = {
    "main_product_search_insert": f"AFTER INSERT ON main_product BEGIN {_INTO}; END",
    "main_product_search_delete": f"AFTER DELETE ON main_product BEGIN {_DELETE}; END",
    "main_product_search_update": (
        f"AFTER UPDATE ON main_product WHEN {_CHANGED} BEGIN {_DELETE}; {_INTO}; END"
    ),
}
_STATEMENTS = {"main_product_search": _TABLE} | {
    name: f"CREATE TRIGGER {name} {body}" for name, body in _TRIGGERS.items()
}


def matching(
    products: models.QuerySet[Any], *, chunks: list[Chunk], phrase: str
) -> models.QuerySet[Any]:
    """Products with every word, the last one as a beginning; see `search.search` for the order."""
    everywhere = _all_of(chunks)
    tier = Case(
        When(pk__in=_found(f'title : ^ "{phrase}"'), then=0),
        When(pk__in=_found(f"{_TITLE} : ({everywhere})"), then=1),
        When(pk__in=_found(f"{_TITLE_OR_AUTHORS} : ({everywhere})"), then=2),
        default=3,
    )
    # Of the titles that begin with the query, the exact one is the shortest.
    length = RawSQL("length(main_product_search.title)", [], models.IntegerField())
    return (
        _joined(products, everywhere)
        .alias(tier=tier)
        .order_by("tier", Case(When(tier=0, then=length), default=0), _rank(), "name", "pk")
    )


def resembling(products: models.QuerySet[Any], *, words: list[str]) -> models.QuerySet[Any]:
    """Products that contain each word, give or take a letter, in name or authors."""
    close = " AND ".join(f"({_any_of(_mistaken_forms(word))})" for word in words)
    return _joined(products, f"{_TITLE_OR_AUTHORS} : ({close})").order_by(_rank(), "name", "pk")


def add_functions(connection: BaseDatabaseWrapper) -> None:
    """Give a new connection the functions that the triggers call."""
    if connection.vendor == "sqlite":
        for name, function in _FUNCTIONS.items():
            connection.connection.create_function(name, 1, function, deterministic=True)


def ensure_index(connection: BaseDatabaseWrapper) -> None:
    """Build the table and its triggers if they are missing or of an earlier release's shape.

    Called after each `migrate`. No migration could do this for good: Django alters a table on
    SQLite by rebuilding it, and the old table's triggers go with it.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master")
        present = dict(cursor.fetchall())
        if "main_product" in present and not _STATEMENTS.items() <= present.items():
            _build_index(cursor)


def _build_index(cursor: CursorWrapper) -> None:
    for name in _TRIGGERS:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    cursor.execute("DROP TABLE IF EXISTS main_product_search")
    for statement in _STATEMENTS.values():
        cursor.execute(statement)
    cursor.execute(_FILL.format(rows=f"SELECT {', '.join(_SOURCES)} FROM main_product"))


def _joined(products: models.QuerySet[Any], match: str) -> models.QuerySet[Any]:
    # bm25() needs the table itself in the query, and the ORM joins only models. A model for it
    # would be dumped, loaded and deleted from as if its rows were ours.
    return products.extra(
        tables=["main_product_search"],
        where=["main_product_search MATCH %s", "main_product_search.rowid = main_product.id"],
        params=[match],
    )


def _found(match: str) -> RawSQL:
    return RawSQL(
        "SELECT rowid FROM main_product_search WHERE main_product_search MATCH %s", [match]
    )


def _rank() -> RawSQL:
    return RawSQL(f"bm25(main_product_search, {_WEIGHTS})", [])


def _all_of(chunks: list[Chunk]) -> str:
    """Every chunk, singular or plural; the last also as the beginning of a longer word."""
    *whole, last = chunks
    return " AND ".join([*map(_found_as, whole), _found_as(last, is_last=True)])


def _found_as(chunk: Chunk, *, is_last: bool = False) -> str:
    """The chunk in each way of writing it."""
    ways = [_way(words, is_last=is_last) for words in chunk.ways]
    if len(chunk.canonical) == 1 and chunk.whole.isascii() and chunk.whole.isalpha():
        ways.append(_any_of(_forms(chunk.whole)))
    return f"({' OR '.join(ways)})"


def _way(words: list[str], *, is_last: bool) -> str:
    """All these words; what is left of "emma's" after the sign is no beginning of another word."""
    phrases = []
    for word in words:
        grams = asked_words(word)
        is_beginning = is_last and word == words[-1] and (len(words) == 1 or len(word) > 1)
        star = "*" if is_beginning or is_one_sign(grams[-1]) else ""
        phrases.append(f'"{" ".join(grams)}"{star}')
    return f"({' AND '.join(phrases)})"


def _any_of(words: set[str]) -> str:
    # Within quotes, letters and digits are never operators.
    return " OR ".join(f'"{word}"' for word in sorted(words))


def _forms(word: str) -> set[str]:
    singular = word.removesuffix("s") if len(word) > 3 else word
    return {word, f"{word}s", singular}


def _mistaken_forms(word: str) -> set[str]:
    """The word and all that differ from it by one letter, or by two swapped letters."""
    if not _SHORTEST_MISTAKEN <= len(word) <= _LONGEST_MISTAKEN:
        return _forms(word)
    letters = {*ascii_lowercase, *word}
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return _forms(word).union(
        (head + tail[1:] for head, tail in parts),
        (head + tail[1:2] + tail[:1] + tail[2:] for head, tail in parts),
        (head + letter + tail for head, tail in parts for letter in letters),
        (head + letter + tail[1:] for head, tail in parts for letter in letters),
    )
