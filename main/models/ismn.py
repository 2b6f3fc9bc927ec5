"""Printed music has an ISMN, not an ISBN. Both are thirteen digits, which bar codes share."""


def is_ismn(number: str) -> bool:
    """Whether thirteen digits that are stored as an ISBN are really an ISMN."""
    return number.startswith("9790")


def number_name(number: str) -> str:
    """What a book's or a score's number is called."""
    return "ISMN" if is_ismn(number) else "ISBN"
