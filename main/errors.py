"""Errors whose text may be shown to a customer."""


class ShopError(Exception):
    """Something a customer asked for that cannot be done; `str(error)` says why, to them."""


class BookNotForSale(ShopError):
    """The book is not in the shop, or none is left."""


class QuantityRefused(ShopError):
    """The quantity is not one that can be bought."""


class CountRefused(ShopError):
    """A count of a book's copies no longer fits what there is."""


class CheckoutRefused(ShopError):
    """An order cannot be placed as the customer saw it; nothing was written."""

    text = ""

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.text)


class BasketEmpty(CheckoutRefused):
    """There is nothing to order."""

    text = "Your basket is empty."


class BasketGone(CheckoutRefused):
    """There is no such checkout, or its basket has become part of another."""

    text = "We no longer have this basket. Please check what is in your basket now."


class CheckoutIncomplete(CheckoutRefused):
    """Nobody has said yet where the books go."""

    text = "Please tell us first where to send your books."


class BookSoldOut(CheckoutRefused):
    """No copy is left of a book in the basket."""


class BookWithdrawn(CheckoutRefused):
    """A book in the basket is no longer for sale."""


class TooFewCopies(CheckoutRefused):
    """Fewer copies of a book are left than are in the basket."""


class PriceChanged(CheckoutRefused):
    """A book costs something else than the customer saw, or has another VAT rate."""


class BasketChanged(CheckoutRefused):
    """The basket holds other books, or other quantities, than the customer saw."""

    text = "Your basket has changed since you opened this page. Please check your order again."


class ChargesChanged(CheckoutRefused):
    """Something beside the books costs more or less than the customer saw, or came, or went."""


class QuoteLapsed(CheckoutRefused):
    """The quote is still true, and too old to be accepted."""

    text = "This page is too old. Please check your order again and place it then."


class QuoteReplaced(CheckoutRefused):
    """Another quote was offered since, in another window: that one counts."""

    text = "You changed your order in another window. Please check it again and place it then."


class PaymentWayRefused(CheckoutRefused):
    """The shop does not offer this way to pay, or no longer."""

    text = "You cannot pay this way any more. Please choose another one."


class PaymentUnavailable(ShopError):
    """A payment cannot be begun now, since the outside world cannot be reached."""


class MoveRefused(ShopError):
    """An order or a line may not go from its state to the one asked for."""


class RefundRefused(MoveRefused):
    """What was sent is taken back by whoever may decide about money."""


class PaymentRefused(ShopError):
    """A payment or a refund cannot be recorded as it was reported."""


class InvoiceFrozen(ShopError):
    """An invoice is written once: not changed, not deleted."""


class MessageRefused(ShopError):
    """A message cannot be taken; `code` says so to programs (docs/conversation.md)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class ConversationRefused(ShopError):
    """A conversation cannot be taken, handed over, closed or reopened."""
