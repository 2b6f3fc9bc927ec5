"""Search on SQLite: an FTS5 table beside the products, kept in sync by triggers."""

from string import ascii_lowercase
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Case, When
from django.db.models.expressions import RawSQL

_FIELDS = "title, name, authors, description"
_WEIGHTS = "10, 5, 3, 1"
_TITLE, _TITLE_OR_AUTHORS = "{title name}", "{title name authors}"
# A word is also tried with one letter changed, left out or added, or two letters swapped.
_SHORTEST_MISTAKEN, _LONGEST_MISTAKEN = 4, 20

_TABLE = f"""
CREATE VIRTUAL TABLE main_product_search USING fts5(
    {_FIELDS}, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
)"""
# "The Hobbit" and "Emma (Penguin Classics)" by what people call them: "Hobbit", "Emma"; and
# "d'Urbervilles" as one word, too.
_FILL = """
INSERT INTO main_product_search (rowid, title, name, authors, description)
SELECT id,
    CASE WHEN core LIKE 'the _%' THEN substr(core, 5)
        WHEN core LIKE 'an _%' THEN substr(core, 4)
        WHEN core LIKE 'a _%' THEN substr(core, 3)
        ELSE core END,
    name || ' ' || CASE WHEN name GLOB '*[''’]*'
        THEN replace(replace(name, '''', ''), '’', '') ELSE '' END,
    authors || ' ' || CASE WHEN authors GLOB '*[''’]*'
        THEN replace(replace(authors, '''', ''), '’', '') ELSE '' END,
    description
FROM (
    SELECT *, CASE WHEN name LIKE '_% (%)' THEN substr(name, 1, instr(name, ' (') - 1)
        ELSE name END AS core
    FROM ({rows})
)"""
_NEW_ROW = """
SELECT new.id AS id, new.name AS name, new.authors AS authors, new.description AS description
"""
_DELETE = "DELETE FROM main_product_search WHERE rowid = old.id"
_SOURCES = ("id", "name", "authors", "description")
_CHANGED = " OR ".join(f"old.{source} <> new.{source}" for source in _SOURCES)
_TRIGGERS = {
    "main_product_search_insert": f"AFTER INSERT ON main_product BEGIN {_FILL}; END",
    "main_product_search_delete": f"AFTER DELETE ON main_product BEGIN {_DELETE}; END",
    "main_product_search_update": (
        f"AFTER UPDATE ON main_product WHEN {_CHANGED} BEGIN {_DELETE}; {_FILL}; END"
    ),
}


def matching(
    products: models.QuerySet[Any], *, words: list[str], phrase: str
) -> models.QuerySet[Any]:
    """Products with every word, the last one as a beginning; see `search.search` for the order."""
    everywhere = _all_of(words)
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


def ensure_index(connection: BaseDatabaseWrapper) -> None:
    """Build the table and its triggers if they are missing (after each `migrate`).

    No migration could do this for good: Django alters a table on SQLite by rebuilding it, and the
    old table's triggers go with it.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master")
        present = {name for (name,) in cursor.fetchall()}
        if "main_product" in present and not present.issuperset(_TRIGGERS):
            _build_index(cursor)


def _build_index(cursor: CursorWrapper) -> None:
    for name in _TRIGGERS:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    cursor.execute("DROP TABLE IF EXISTS main_product_search")
    cursor.execute(_TABLE)
    cursor.execute(_FILL.format(rows=f"SELECT {', '.join(_SOURCES)} FROM main_product"))
    for name, body in _TRIGGERS.items():
        cursor.execute(f"CREATE TRIGGER {name} {body.format(rows=_NEW_ROW)}")


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


def _all_of(words: list[str]) -> str:
    """Every word, singular or plural; the last one also as the beginning of a longer word."""
    *whole, last = words
    groups = [f"({_any_of(_forms(word))})" for word in whole]
    return " AND ".join([*groups, f'("{last}"* OR {_any_of(_forms(last))})'])


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
