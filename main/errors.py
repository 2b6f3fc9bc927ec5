"""Errors whose text may be shown to a customer."""


class ShopError(Exception):
    """Something a customer asked for that cannot be done; `str(error)` says why, to them."""


class BookNotForSale(ShopError):
    """The book is not in the shop, or none is left."""


class QuantityRefused(ShopError):
    """The quantity is not one that can be bought."""


class CountRefused(ShopError):
    """A count of a book's copies no longer fits what there is."""


class BasketEmpty(ShopError):
    """There is nothing to order."""


class BasketChanged(ShopError):
    """A price or the stock is no longer what the customer saw."""


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
