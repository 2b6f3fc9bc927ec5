"""Why an order cannot be placed as the customer saw it: one error, in words, for each reason."""

from collections.abc import Iterable, Sequence

from main.errors import (
    BasketChanged,
    BookSoldOut,
    BookWithdrawn,
    ChargesChanged,
    PriceChanged,
    QuoteLapsed,
    QuoteReplaced,
    TooFewCopies,
    TotalRefused,
    TotalTooLarge,
)
from main.models import BasketLine, Charge, Checkout, Quote
from main.models.charges import LARGEST_AMOUNT
from main.models.foreign_text import isolated
from main.wording.money import money, percent


def check_stock(lines: Iterable[BasketLine]) -> None:
    """Raises BookWithdrawn, BookSoldOut or TooFewCopies for the first line without enough stock."""
    for line in lines:
        product, left = line.product, line.available
        if left is None:
            continue
        if not product.active or product.is_taxed_in_vain:
            raise BookWithdrawn(f"“{isolated(product.name)}” is no longer for sale.")
        if not left:
            raise BookSoldOut(f"“{isolated(product.name)}” has sold out.")
        copies = "1 copy of" if left == 1 else f"{left} copies of"
        raise TooFewCopies(
            f"Only {copies} “{isolated(product.name)}” {'is' if left == 1 else 'are'} left."
        )


def check_total(quote: Quote) -> None:
    """Raises TotalRefused or TotalTooLarge."""
    if quote.sums.gross < 0:
        raise TotalRefused
    if quote.is_too_large:
        raise TotalTooLarge(
            f"One order can come to {money(LARGEST_AMOUNT, quote.currency)} at most. "
            "Please order your books in several parts."
        )


def check_quote(seen: str, *, checkout: Checkout, now: Quote) -> None:
    """Raises unless the quote with the key `seen` is still what the order would contain.

    If `seen` was offered last, the error says what changed: BasketChanged, PriceChanged or
    ChargesChanged. Otherwise it is QuoteReplaced; if nothing changed but it is too late,
    QuoteLapsed.
    """
    offered = checkout.offered
    if seen != now.key:
        if offered and seen == offered.key:
            _check_books(offered.books, now.books)
            _check_extras(offered.extras, now.extras)
        # Another page was shown since, or other addresses were entered.
        raise QuoteReplaced
    if checkout.has_lapsed:
        raise QuoteLapsed


def _check_books(offered: Sequence[Charge], now: Sequence[Charge]) -> None:
    if [_what(charge) for charge in offered] != [_what(charge) for charge in now]:
        raise BasketChanged
    for before, book in zip(offered, now, strict=True):
        if before.unit_price != book.unit_price:
            raise PriceChanged(
                f"The price of “{isolated(book.name)}” is now {money(book.unit_price)} "
                f"(it was {money(before.unit_price)})."
            )
        if before.tax_rate != book.tax_rate:
            raise PriceChanged(
                f"The price of “{isolated(book.name)}” now includes {percent(book.tax_rate)} VAT "
                f"(it was {percent(before.tax_rate)})."
            )


def _what(charge: Charge) -> tuple[str, str, int]:
    return charge.code, charge.name, charge.quantity


def _check_extras(offered: Iterable[Charge], now: Iterable[Charge]) -> None:
    before = {charge.code: charge for charge in offered}
    for charge in now:
        old = before.pop(charge.code, None)
        if old is None:
            raise ChargesChanged(
                f"{isolated(charge.name)} for {money(charge.total)} is new in your order."
            )
        if old.total != charge.total:
            raise ChargesChanged(
                f"{isolated(charge.name)} is now {money(charge.total)} (it was {money(old.total)})."
            )
        if old != charge:
            raise ChargesChanged(
                f"{isolated(charge.name)} has changed. Please check your order again."
            )
    for charge in before.values():
        raise ChargesChanged(f"{isolated(charge.name)} is no longer in your order.")
