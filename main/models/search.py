"""Finds products by the words that customers type; each database has its own module for it."""

import unicodedata
from types import ModuleType
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from main.models import search_postgresql, search_sqlite
from main.models.isbn import isbn13

# Nobody searches for more than this; longer text was pasted by mistake or in bad faith.
LONGEST_QUERY = 200
MOST_WORDS = 12
# Half the shop resembles a word of two letters.
MOST_CLOSE_WORDS, SHORTEST_CLOSE_WORD = 6, 3
_ARTICLES = {"a", "an", "the"}
# Ignored if there are other words: "the origin of species" is "On the Origin of ...".
# Only words of which no title consists: "It" and "She" are books.
_FILLERS = {*_ARTICLES, "and", "by", "for", "from", "in", "of", "on", "or", "to", "with"}


def search(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products that contain every word of the query (the last may be unfinished), best first.

    Titles that begin with the query come first, led by the exact title; then products with all
    words in the title, in title or authors, and in the description. An ISBN finds its book.
    """
    number = _isbn_in(query)
    if number:
        return products.filter(isbn=number)
    words = _words_in(query)
    if not words:
        return products.none()
    # Titles are compared without their article as well.
    phrase = " ".join(words[1:] if words[0] in _ARTICLES and len(words) > 1 else words)
    return _engine(products).matching(products, words=_without_fillers(words), phrase=phrase)


def search_close(products: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Products whose title or authors resemble each word, for when nothing matches exactly."""
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
    """Runs of letters, digits and their marks: nothing that a query language interprets."""
    text = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).lower()
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()
    return [word for word in words if any(map(str.isalnum, word))][:MOST_WORDS]


def _without_fillers(words: list[str]) -> list[str]:
    """Each word once, in order, without fillers if there are other words."""
    return list(dict.fromkeys(word for word in words if word not in _FILLERS)) or words[-1:]
