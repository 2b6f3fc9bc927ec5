"""Finds products by the words that customers type; each database has its own module for it."""

from itertools import islice
from types import ModuleType
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from main.models import search_postgresql, search_sqlite
from main.models.isbn import isbn_in
from main.models.search_words import ARTICLES, Chunk, asked_words, chunks_in, title_words

# Nobody searches for more than this; longer text was pasted by mistake or in bad faith.
LONGEST_QUERY = 200
MOST_WORDS = 12
# Half the shop resembles a word of two letters.
MOST_CLOSE_WORDS, SHORTEST_CLOSE_WORD = 6, 3
# Ignored if there are other words: "the origin of species" is "On the Origin of ...".
# Only words of which no title consists: "It" and "She" are books.
_FILLERS = {*ARTICLES, "and", "by", "for", "from", "in", "of", "on", "or", "to", "with"}


def search(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products that contain every word of the query (the last may be unfinished), best first.

    Titles that begin with the query come first, led by the exact title; then products with all
    words in the title, in title or authors, and in the description. An ISBN finds its book.
    """
    number = isbn_in(query[:LONGEST_QUERY])
    if number:
        return products.filter(isbn=number)
    chunks = _chunks_in(query)
    if not chunks:
        return products.none()
    phrase = " ".join(gram for word in title_words(chunks) for gram in asked_words(word))
    return _engine(products).matching(products, chunks=_without_fillers(chunks), phrase=phrase)


def search_close(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products whose title or authors resemble each word, for when nothing matches exactly."""
    chunks = _without_fillers(_chunks_in(query))
    words = [word for chunk in chunks for word in chunk.canonical]
    words = [word for word in dict.fromkeys(words) if len(word) >= SHORTEST_CLOSE_WORD]
    if not words or isbn_in(query[:LONGEST_QUERY]):
        return products.none()
    telling = sorted(words, key=len, reverse=True)[:MOST_CLOSE_WORDS]
    return _engine(products).resembling(products, words=telling)


def _engine(products: QuerySet[Any]) -> ModuleType:
    is_sqlite = connections[products.db].vendor == "sqlite"
    return search_sqlite if is_sqlite else search_postgresql


def _chunks_in(query: str) -> list[Chunk]:
    return list(islice(chunks_in(query[:LONGEST_QUERY]), MOST_WORDS))


def _without_fillers(chunks: list[Chunk]) -> list[Chunk]:
    """Each once, in order, without fillers if there are other words."""
    telling = [chunk for chunk in chunks if chunk.whole not in _FILLERS]
    return list(dict.fromkeys(telling)) or chunks[-1:]
