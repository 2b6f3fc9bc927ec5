"""Plain text of what a feed wrote in HTML: entities become characters, and tags go."""

import html
import re

from lxml import etree

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A title may be about <b> or “C<T>”. It is HTML if something is closed, or needs no closing.
_ELEMENTS = (
    "a|b|i|u|p|em|strong|span|div|br|hr|ul|ol|li|dl|dt|dd|sub|sup|small|big|font|center|cite|q|"
    "blockquote|pre|code|h[1-6]|table|tr|td|th|tbody|img|script|style|html|body|s|strike|del|ins|"
    "mark|tt|abbr|section|article|figure|o:p"
)
_MARKUP = re.compile(
    rf"</(?:{_ELEMENTS})\s*>|<(?:p|br|hr|li|img)(?:\s[^<>]*)?/?>|<!--.*?-->",
    re.IGNORECASE | re.DOTALL,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_BREAKS = dict.fromkeys(["br", "li", "tr", "dt", "dd"], "\n") | dict.fromkeys(
    ["p", "div", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4",
     "h5", "h6", "section", "article", "figure"], "\n\n",
)  # fmt: skip
_UNSEEN = {"script", "style", "title"}


def plain_text(text: str) -> str:
    """The text as a reader would see it; unchanged if there is no HTML in it.

    What was encoded twice (`&amp;ndash;`) is decoded twice.
    """
    text = _CDATA.sub(r"\1", text)
    if not _MARKUP.search(text):
        text = _decoded(text)
    if _MARKUP.search(text):
        parser = etree.HTMLParser(target=_Reader(), huge_tree=True)
        text = etree.fromstring(text, parser)
    return _decoded(text)


def _decoded(text: str) -> str:
    """Only whole entities: “Now &Then” and “AT&T” are what they are."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)


class _Reader:
    """Takes a parser's events, since a tree of careless HTML may be thousands of elements deep."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._unseen = 0

    def start(self, tag: str, attributes: object) -> None:
        self._unseen += tag in _UNSEEN
        self._parts.append(_BREAKS.get(tag, ""))

    def end(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self._parts.append(_BREAKS.get(tag, "") if tag != "br" else "")

    def data(self, text: str) -> None:
        if not self._unseen:
            # A browser shows a line's end as a space.
            self._parts.append(re.sub(r"\s+", " ", text))

    def close(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
