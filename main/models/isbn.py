"""ISBNs as people write them: ten or thirteen digits, with or without hyphens."""

import re

from stdnum import isbn as isbn_numbers
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

_REASONS = {
    InvalidChecksum: "its check digit does not fit",
    InvalidComponent: "thirteen digits begin with 978 or 979",
    InvalidFormat: "it may have digits and hyphens only",
    InvalidLength: "it must have ten or thirteen digits",
}

# 9.78014E+12, which is what a spreadsheet shows, and exports, in a narrow column.
_EXPONENT = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]{1,2}", re.IGNORECASE)
_SHORTENED = (
    "a spreadsheet has shortened it; format the column as a number without decimals, or as text, "
    "check the digits, and export the list again"
)


def isbn13(text: str) -> str:
    """The thirteen digits of an ISBN. Raises ValueError, whose text says what is wrong."""
    try:
        # Nine digits would pass as an SBN of the 1960s; today they are a mistake.
        if sum(map(str.isalnum, text)) not in {10, 13}:
            raise InvalidLength
        return str(isbn_numbers.validate(text, convert=True))
    except ValidationError as error:
        reason = _REASONS.get(type(error), "it is malformed")
        if _EXPONENT.fullmatch(text.strip()):
            reason = _SHORTENED
        raise ValueError(f"“{text[:40]}” is not an ISBN: {reason}") from None
