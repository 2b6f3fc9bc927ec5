"""Search on PostgreSQL: full text and trigrams, in columns that a trigger fills (migration 0014).

A book that the release before wrote has them empty until the backfill folds it. Until then it is
found by the columns that migration 0002 computes; they go with the release after next. A search
looks first whether there is such a book, since asking for both kinds takes longer.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
    SearchRank,
    SearchVectorField,
)
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Concat, Length

from main.models.search_words import Chunk, asked_words, is_one_sign

# The part of a product in which a word was found, as labelled in folded_words. An index knows no
# labels: named all four, PostgreSQL would look at each book that the index found.
_TITLE, _TITLE_OR_AUTHORS, _ANYWHERE = "AB", "ABC", ""
# Longer words share enough trigrams as they are, and each variant makes the search slower.
_LONGEST_SWAPPED = 12
# The columns that the model does not know; whether each is a vector.
_COLUMNS = {
    "folded_title": False, "folded_text": False, "folded_words": True,
    "search_title": False, "search_text": False, "search_vector": True,
}  # fmt: skip
_WEIGHTS = [0.05, 0.3, 0.6, 1.0]  # of D, C, B, A: description, authors, whole name, title


class _StoredColumn(Func):
    """A column of main_product that the database computes and the model does not have."""

    def __init__(self, column: str, output_field: models.Field[Any, Any]) -> None:
        super().__init__(F("pk"), column=column, output_field=output_field)

    def as_sql(  # type: ignore[override]  # leaves out arguments that are never passed
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        (key,) = self.get_source_expressions()
        quote = connection.ops.quote_name
        return f"{quote(key.alias)}.{quote(self.extra['column'])}", []


def matching(
    products: models.QuerySet[Any], *, chunks: list[Chunk], phrase: str
) -> models.QuerySet[Any]:
    """Products with every word, the last one as a beginning; see `search.search` for the order."""
    everywhere = _search_query(chunks, parts=_ANYWHERE)
    # Few titles get as far as the second, which has to put a text together.
    begins = Q(_starts_with(F("title"), phrase)) & Q(
        _starts_with(Concat(F("title"), Value(" ")), f"{phrase} ")
    )
    tier = Case(
        When(begins, then=0),
        When(Q(words=_search_query(chunks, parts=_TITLE)), then=1),
        When(Q(words=_search_query(chunks, parts=_TITLE_OR_AUTHORS)), then=2),
        default=3,
    )
    found = Q(folded_words=everywhere)
    if are_unfolded := _are_some_unfolded(products):
        found |= Q(folded_words=None, search_vector=everywhere)
    return (
        _with_columns(products, are_unfolded=are_unfolded)
        .filter(found)
        .alias(tier=tier)
        .order_by(
            "tier",
            # Of the titles that begin with the query, the exact one is the shortest.
            # Asked of `tier`, PostgreSQL would work that out once more.
            Case(When(begins, then=Length("title")), default=0),
            SearchRank(F("words"), everywhere, weights=_WEIGHTS).desc(),
            "name",
            "pk",
        )
    )


def resembling(products: models.QuerySet[Any], *, words: list[str]) -> models.QuerySet[Any]:
    """Products whose name or authors resemble each word, most similar first."""
    close = Func(
        Value(words, output_field=ArrayField(models.TextField())),
        Value([_variants(word) for word in words], output_field=ArrayField(models.TextField())),
        function="booktime_resembling",
        # As an array it is computed once; a planner without statistics might do so for every row.
        template="(SELECT unnest(ARRAY(SELECT %(function)s(%(expressions)s))))",
        output_field=models.BigIntegerField(),
    )
    closeness = sum(
        (_alike("word_similarity", word, F("text")) for word in words), start=Value(0.0)
    )
    like_title = _alike("similarity", " ".join(words), F("title"))
    return (
        _with_columns(products, are_unfolded=True)  # of few books, so that both cost little
        .filter(pk__in=close)
        .order_by(closeness.desc(), like_title.desc(), "name", "pk")
    )


def _variants(word: str) -> str:
    """The word and its variants with two adjacent letters swapped, which share few trigrams."""
    if len(word) > _LONGEST_SWAPPED:
        return word
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return " ".join([word, *swapped])


def _starts_with(text: F | Concat, beginning: str) -> Func:
    return Func(text, Value(beginning), function="starts_with", output_field=models.BooleanField())


def _are_some_unfolded(products: models.QuerySet[Any]) -> bool:
    return products.model._base_manager.using(products.db).filter(folded=None).exists()


def _with_columns(products: models.QuerySet[Any], *, are_unfolded: bool) -> models.QuerySet[Any]:
    columns: dict[str, Any] = {
        name: _StoredColumn(name, SearchVectorField() if is_vector else models.TextField())
        for name, is_vector in _COLUMNS.items()
    }

    def either(folded: str, computed: str) -> Any:
        return Coalesce(columns[folded], columns[computed]) if are_unfolded else columns[folded]

    return products.alias(
        **columns,
        title=either("folded_title", "search_title"),
        text=either("folded_text", "search_text"),
        words=either("folded_words", "search_vector"),
    )


def _search_query(chunks: list[Chunk], *, parts: str) -> SearchQueryCombinable:
    """Every chunk in one of the parts, as written or as its stem; the last as a beginning."""
    *whole, last = chunks
    query = _found(last, parts=parts, is_last=True)
    for chunk in whole:
        query = _found(chunk, parts=parts) & query
    return query


def _found(chunk: Chunk, *, parts: str, is_last: bool = False) -> SearchQueryCombinable:
    ways = " | ".join(_all_of(way, parts=parts, is_last=is_last) for way in chunk.ways)
    as_written = _Lexemes(ways)
    word = chunk.whole
    if len(chunk.canonical) > 1 or not (word.isascii() and word.isalpha()):
        return as_written
    stem = _lexeme(word, parts=parts, is_beginning=is_last)
    return as_written | SearchQuery(stem, config="english", search_type="raw")


def _all_of(words: list[str], *, parts: str, is_last: bool) -> str:
    """All these words; what is left of "emma's" after the sign is no beginning of another word."""
    lexemes = []
    for word in words:
        *grams, end = asked_words(word)
        is_beginning = is_last and word == words[-1] and (len(words) == 1 or len(word) > 1)
        side_by_side = [_lexeme(gram, parts=parts) for gram in grams]
        is_open = is_beginning or is_one_sign(end)
        side_by_side.append(_lexeme(end, parts=parts, is_beginning=is_open))
        lexemes.append(f"({' <-> '.join(side_by_side)})")
    return f"({' & '.join(lexemes)})"


def _lexeme(word: str, *, parts: str, is_beginning: bool = False) -> str:
    """As tsquery writes it: 'emma':*AB, or 'emma' alone."""
    flags = ("*" if is_beginning else "") + parts
    return f"'{word}'" + (f":{flags}" if flags else "")


class _Lexemes(SearchQuery):
    """A query that is complete: folded words are nothing that the language interprets."""

    def as_sql(  # type: ignore[override]  # leaves out arguments that are never passed
        self, compiler: Any, connection: Any
    ) -> tuple[str, list[Any]]:
        sql, parameters = super().as_sql(compiler, connection, template="%(expressions)s::tsquery")
        return sql, list(parameters)


def _alike(function: str, text: str, column: F) -> Func:
    return Func(Value(text), column, function=function, output_field=models.FloatField())
