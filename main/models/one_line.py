"""What is one line of plain text: names and the lines of an address."""

import re

# Control characters, among them line breaks and escapes; separators of lines and paragraphs; marks
# that turn the direction of what stands around them, on labels, in mails and on staff's pages.
# Joiners (U+200C, U+200D) stay: Persian and the scripts of India are written with them.
_MARKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# Characters that show nothing on their own: Unicode's “default ignorables” (those beyond U+FFFF
# are below), spaces and blanks. Within a text they have a purpose, such as joining the parts of an
# emoji.
BLANK = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
_NOTHING = re.compile(rf"[{BLANK}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*")

BROKEN_LINE = (
    "Please write this on one line. If it looks like one, type it again: it contains a hidden "
    "character."
)


def is_one_line(text: str) -> bool:
    """Whether nothing in it breaks the line or turns it, and something of it, if any, is seen."""
    return not _MARKS.search(text) and not (text and shows_nothing(text))


def shows_nothing(text: str) -> bool:
    return bool(_NOTHING.fullmatch(text))
