"""Finding products by the words that customers type; how, each database has a module for."""

import unicodedata
from types import ModuleType
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from main.models import search_postgresql, search_sqlite
from main.models.isbn import isbn13

# What one can be looking for ends somewhere; what is longer was pasted by mistake or malice.
LONGEST_QUERY = 200
MOST_WORDS = 12
# What resembles two letters is half the shop.
MOST_CLOSE_WORDS, SHORTEST_CLOSE_WORD = 6, 3
_ARTICLES = {"a", "an", "the"}
# Not asked of a book when there are other words: "the origin of species" is "On the Origin of ...".
# Only what no title consists of: "It" and "She" are books.
_FILLERS = {*_ARTICLES, "and", "by", "for", "from", "in", "of", "on", "or", "to", "with"}


def search(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products that have every word of the query (the last may be unfinished), best first.

    Titles that begin with the query, the exact title first of all; then by all words in the title,
    in title or authors, and in the description. An ISBN finds its book.
    """
    number = _isbn_in(query)
    if number:
        return products.filter(isbn=number)
    words = _words_in(query)
    if not words:
        return products.none()
    # Titles are compared without their article, too.
    phrase = " ".join(words[1:] if words[0] in _ARTICLES and len(words) > 1 else words)
    return _engine(products).matching(products, words=_without_fillers(words), phrase=phrase)


def search_close(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products whose title or authors have something like each word, for when nothing matches."""
    words = [
        word for word in _without_fillers(_words_in(query)) if len(word) >= SHORTEST_CLOSE_WORD
    ]
    if not words or _isbn_in(query):
        return products.none()
    telling = sorted(words, key=len, reverse=True)[:MOST_CLOSE_WORDS]
    return _engine(products).resembling(products, words=telling)


def _engine(products: QuerySet[Any]) -> ModuleType:
    is_sqlite = connections[products.db].vendor == "sqlite"
    return search_sqlite if is_sqlite else search_postgresql


def _isbn_in(query: str) -> str:
    try:
        return isbn13(query[:LONGEST_QUERY])
    except ValueError:
        return ""


def _words_in(query: str) -> list[str]:
    """Runs of letters, digits and their marks: nothing that a query language could obey."""
    text = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).lower()
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()
    return [word for word in words if any(map(str.isalnum, word))][:MOST_WORDS]


def _without_fillers(words: list[str]) -> list[str]:
    """Each word once, in order, but none that says little where others say more."""
    return list(dict.fromkeys(word for word in words if word not in _FILLERS)) or words[-1:]
