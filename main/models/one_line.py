"""What is one line of plain text: names and the lines of an address."""

import re

# Control characters, among them line breaks and escapes; separators of lines and paragraphs; marks
# that turn the direction of what stands around them, on labels, in mails and on staff's pages.
# Joiners (U+200C, U+200D) stay: Persian and the scripts of India are written with them.
_MARKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

BROKEN_LINE = (
    "Please write this on one line. If it looks like one, type it again: it contains a hidden "
    "character."
)


def is_one_line(text: str) -> bool:
    return not _MARKS.search(text)
