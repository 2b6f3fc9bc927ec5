"""ISBNs as people write them: ten or thirteen digits, with hyphens, a label or invisible marks."""

import re

from stdnum import isbn as isbn_numbers
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

from main.models.folding import plain

_REASONS = {
    InvalidChecksum: "its check digit does not fit",
    InvalidComponent: "thirteen digits begin with 978 or 979",
    InvalidFormat: "it may have digits and hyphens only",
    InvalidLength: "it must have ten or thirteen digits",
}
_LABEL = re.compile(r"\b(?:e-?)?(?:IS[BM]N|EAN)(?:[ -]?1[03](?=[ :]))?[ :.#-]*", re.IGNORECASE)
_AROUND = re.compile(r"^\W+|\W+$")
_AMONG_WORDS = re.compile(
    r"(?<![\w-])(?:97[89][ ./-]?)?[0-9](?:[ ./-]?[0-9]){8}[ ./-]?[0-9Xx](?![\w-])", re.ASCII
)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[./](?=[0-9X])", re.IGNORECASE)
_POINT_ZERO = re.compile(r"(?<=[0-9]{10})[.,]0+$")  # of a column of decimal numbers
# A score's number until 2008.
_ISMN10 = re.compile(r"M[ -]?([0-9](?:[ -]?[0-9]){8})", re.IGNORECASE)

# 9.78014E+12, which a spreadsheet shows, and exports, in a narrow column; its dot has become a
# hyphen by then.
_EXPONENT = re.compile(r"[0-9][,-]?[0-9]*E\+?[0-9]{1,2}", re.IGNORECASE)
_SHORTENED = (
    "a spreadsheet has shortened it; format the column as a number without decimals, or as text, "
    "check the digits, and export the list again"
)


def isbn13(text: str) -> str:
    """The thirteen digits of an ISBN. Raises ValueError, whose text says what is wrong."""
    number = without_label(text)
    try:
        # Nine digits would pass as an SBN of the 1960s; today they are a mistake.
        if sum(map(str.isalnum, number)) not in {10, 13}:
            raise InvalidLength
        return str(isbn_numbers.validate(number, convert=True))
    except ValidationError as error:
        reason = _REASONS.get(type(error), "it is malformed")
        if _EXPONENT.fullmatch(number):
            reason = _SHORTENED
        elif isbn_numbers.is_valid(f"0{number}"):
            reason = "a spreadsheet has cut the zero in front"
        raise ValueError(f"“{plain(text)[:40]}” is not an ISBN: {reason}") from None


def isbn_in(text: str) -> str:
    """The first ISBN in what somebody searches for, alone or among words; "" if there is none."""
    found = (number[0] for number in _AMONG_WORDS.finditer(_LABEL.sub(" ", plain(text))))
    for candidate in (text, *found):
        try:
            return isbn13(candidate)
        except ValueError:
            continue
    return ""


def without_label(text: str) -> str:
    """The number in "ISBN: 978-0-14-143958-7.", plainly written; an old ISMN in its new form."""
    number = _AROUND.sub("", _LABEL.sub(" ", plain(text), count=1))
    if not _EXPONENT.fullmatch(number):
        number = _BETWEEN_DIGITS.sub("-", _POINT_ZERO.sub("", number))
    score = _ISMN10.fullmatch(number)
    return f"979-0-{score[1]}" if score else number
