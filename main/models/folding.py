"""Folds what is written in many ways into one: letters, marks, hyphens and digits.

The only folding of the shop. What is stored and what is asked for pass through it alike, so both
databases give the same answers. What is made of a book's words is in `search_words`.
"""

import re
import unicodedata
from functools import cache

# Letters that Unicode does not take apart, as one types them without that keyboard.
_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
    "ŧ": "t", "ŋ": "n", "ĸ": "k", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɵ": "o", "ƀ": "b",
    "ɓ": "b", "ƈ": "c", "ɖ": "d", "ɗ": "d", "ƒ": "f", "ǥ": "g", "ɠ": "g", "ɨ": "i", "ƙ": "k",
    "ƚ": "l", "ɫ": "l", "ɲ": "n", "ƥ": "p", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y",
    "ƶ": "z", "ґ": "г", "ـ": "",
    # Arabic and Persian keyboards have one of these each, and people mix them.
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
})  # fmt: skip
# Soft hyphens, joiners, direction marks and their like.
_INVISIBLE = [
    code
    for code in (*range(0xAD, 0x2070), *range(0xFEFF, 0xFFFC), *range(0xE0001, 0xE0080))
    if unicodedata.category(chr(code)) == "Cf"
]
_SIGNS = dict.fromkeys(_INVISIBLE, "") | str.maketrans(
    dict.fromkeys("’‘‛ʼʻʹʽ′`´＇׳״", "'")
    # Dots in the middle join as hyphens do: "J·K·罗琳", "ハリー・ポッター", "Wall•E".
    | dict.fromkeys("‐‑‒–—―−﹘﹣－·•‧∙⋅・･", "-")
    | dict.fromkeys("™®©℠", " ")
)
# Marks of Latin, Greek, Cyrillic, Hebrew and Arabic, without which people type. Those of other
# scripts stay: without them, Japanese, Thai and Hindi words would become other words.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff"
                    "\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f]")  # fmt: skip
_NO_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """As typed on a plain keyboard: no invisible marks, plain digits, hyphens and spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
        text = _plain_digits(text)
    return " ".join(text.split())


def fold(text: str) -> str:
    """Small letters without marks; signs and spaces stay where they are."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    apart = unicodedata.normalize("NFKD", apart.casefold())
    bare = _MARKS.sub("", apart).translate(_SIGNS | _LETTERS)
    return unicodedata.normalize("NFC", _plain_digits(bare))


def squeeze(text: str) -> str:
    """Only the folded letters and digits: "O’Brien-Smith, J. R." and "obriensmith jr" are one."""
    folded = fold(text)
    if folded.isascii():
        return _NO_WORD.sub("", folded)
    return "".join(char for char in folded if is_of_a_word(char))


@cache
def is_of_a_word(char: str) -> bool:
    """Whether it is a letter, a digit, or a mark of one."""
    return unicodedata.category(char)[0] in "LNM"


def _plain_digits(text: str) -> str:
    return re.sub(r"[^\D0-9]", lambda digit: str(unicodedata.decimal(digit[0])), text)
