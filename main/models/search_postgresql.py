"""Search on PostgreSQL: full text and trigrams, in the columns that migration 0002 computes."""

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
from django.db.models.functions import Concat, Length

# The part of a product in which a word was found, as labelled in search_vector.
_TITLE, _TITLE_OR_AUTHORS, _ANYWHERE = "AB", "ABC", "ABCD"
# Longer words share enough trigrams as they are, and each variant makes the search slower.
_LONGEST_SWAPPED = 12
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
    products: models.QuerySet[Any], *, words: list[str], phrase: str
) -> models.QuerySet[Any]:
    """Products with every word, the last one as a beginning; see `search.search` for the order."""
    everywhere = _search_query(words, parts=_ANYWHERE)
    begins = Func(
        Concat(F("search_title"), Value(" ")),
        Concat(_fold(phrase), Value(" ")),
        function="starts_with",
        output_field=models.BooleanField(),
    )
    tier = Case(
        When(begins, then=0),
        When(Q(search_vector=_search_query(words, parts=_TITLE)), then=1),
        When(Q(search_vector=_search_query(words, parts=_TITLE_OR_AUTHORS)), then=2),
        default=3,
    )
    return (
        _with_columns(products)
        .filter(search_vector=everywhere)
        .alias(tier=tier)
        .order_by(
            "tier",
            # Of the titles that begin with the query, the exact one is the shortest.
            Case(When(tier=0, then=Length("search_title")), default=0),
            SearchRank(F("search_vector"), everywhere, weights=_WEIGHTS).desc(),
            "name",
            "pk",
        )
    )


def resembling(products: models.QuerySet[Any], *, words: list[str]) -> models.QuerySet[Any]:
    """Products whose name or authors resemble each word, most similar first."""
    close = Func(
        Value(words, output_field=ArrayField(models.TextField())),
        Value([_variants(word) for word in words], output_field=ArrayField(models.TextField())),
        function="booktime_close_products",
        # As an array it is computed once; a planner without statistics might do so for every row.
        template="(SELECT unnest(ARRAY(SELECT %(function)s(%(expressions)s))))",
        output_field=models.BigIntegerField(),
    )
    search_text, search_title = F("search_text"), F("search_title")
    closeness = sum(
        (_alike("word_similarity", word, search_text) for word in words), start=Value(0.0)
    )
    like_title = _alike("similarity", " ".join(words), search_title)
    return (
        _with_columns(products)
        .filter(pk__in=close)
        .order_by(closeness.desc(), like_title.desc(), "name", "pk")
    )


def _variants(word: str) -> str:
    """The word and its variants with two adjacent letters swapped, which share few trigrams."""
    if len(word) > _LONGEST_SWAPPED:
        return word
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return " ".join([word, *swapped])


def _with_columns(products: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return products.alias(
        search_vector=_StoredColumn("search_vector", SearchVectorField()),
        search_title=_StoredColumn("search_title", models.TextField()),
        search_text=_StoredColumn("search_text", models.TextField()),
    )


def _search_query(words: list[str], *, parts: str) -> SearchQueryCombinable:
    """Every word, as written or as its stem, in one of the parts."""
    *whole, last = words
    query = _either(last, flags=f":*{parts}")
    for word in whole:
        query = _either(word, flags=f":{parts}") & query
    return query


def _either(word: str, *, flags: str) -> SearchQueryCombinable:
    # The database quotes the word after folding it, so no letter can turn into syntax. A word that
    # folds to nothing is NULL, and so matches nothing.
    lexeme = Func(
        _fold(word),
        Value(flags),
        template="quote_literal(NULLIF(%(expressions)s)",
        arg_joiner=", '')) || (",
        output_field=models.TextField(),
    )
    as_written, stemmed = (
        SearchQuery(lexeme, config=config, search_type="raw") for config in ("simple", "english")
    )
    return as_written | stemmed


def _fold(text: str) -> Value | Func:
    if text.isascii():
        return Value(text)  # nothing to fold, and planning the call costs more than the search
    return Func(Value(text), function="booktime_fold", output_field=models.TextField())


def _alike(function: str, text: str, column: F) -> Func:
    return Func(_fold(text), column, function=function, output_field=models.FloatField())
