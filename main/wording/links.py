"""What mail programs make a link of, although nobody meant one."""

import re

LINK = re.compile(r"://|\bwww\.|\w\.\w\w", re.IGNORECASE)
# A full stop (of Chinese and Japanese, too, which addresses of pages may have) between a word and
# two letters: "prize.example", and "Mah.Atatürk".
_JOINT = re.compile(r"(?<=\w)([.。．｡])(?=[^\W\d_]{2}|xn--)", re.IGNORECASE)


def unlinked(text: str) -> str:
    """The text with a space after each full stop that could join the parts of a page's address.

    It reads the same, and nothing in it leads anywhere.
    """
    return _JOINT.sub(r"\1 ", text).replace("://", ": //")
