"""Errors whose text may be shown to a customer."""


class ShopError(Exception):
    """Something a customer asked for cannot be done; `str(error)` tells them why."""


class BookNotForSale(ShopError):
    """The book is not in the shop, or no copy is left."""


class QuantityRefused(ShopError):
    """The quantity is not one that can be bought."""


# What a page with a form says if somebody else held a row for too long (booktime.sight.outages).
TRY_AGAIN = "Someone else is just changing the same. Nothing is lost: please try again in a moment."


class BasketFull(ShopError):
    """The basket holds as many titles as it can."""


class CountRefused(ShopError):
    """A count of a book's copies no longer fits the stock."""


class CheckoutRefused(ShopError):
    """An order cannot be placed as the customer saw it; nothing was changed."""

    text = ""

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.text)


class BasketEmpty(CheckoutRefused):
    """There is nothing to order."""

    text = "Your basket is empty."


class BasketGone(CheckoutRefused):
    """There is no such checkout, or its basket was merged into another."""

    text = "We no longer have this basket. Please check what is in your basket now."


class CheckoutIncomplete(CheckoutRefused):
    """The addresses are still missing."""

    text = "Please tell us first where to send your books."


class BookSoldOut(CheckoutRefused):
    """No copy is left of a book in the basket."""


class BookWithdrawn(CheckoutRefused):
    """A book in the basket is no longer for sale."""


class TooFewCopies(CheckoutRefused):
    """Fewer copies of a book are left than are in the basket."""


class PriceChanged(CheckoutRefused):
    """The price or VAT rate of a book is not what the customer saw."""


class BasketChanged(CheckoutRefused):
    """The basket holds other books or quantities than the customer saw."""

    text = "Your basket has changed since you opened this page. Please check your order again."


class ChargesChanged(CheckoutRefused):
    """A charge besides the books was added, removed or changed since the customer saw it."""


class QuoteLapsed(CheckoutRefused):
    """The quote is still correct, but too old to be accepted."""

    text = "This page is too old. Please check your order again and place it then."


class QuoteReplaced(CheckoutRefused):
    """Another quote has been offered since, in another tab: that one counts."""

    text = "Your order has changed since you opened this page. Please check it again."


class PaymentWayRefused(CheckoutRefused):
    """The shop does not offer this way to pay, or no longer does."""

    text = "You cannot pay this way any more. Please choose another one."


class TotalRefused(CheckoutRefused):
    """The discounts are more than all the rest, so the shop would have to pay."""

    text = "Your discounts are more than what your order costs. Please add something to it first."


class TotalTooLarge(CheckoutRefused):
    """The order would come to more than the shop can bill (main.models.charges)."""


class TooManyOrders(CheckoutRefused):
    """They have placed too many orders lately, or have too many copies in unpaid ones."""


class PaymentUnavailable(ShopError):
    """A payment cannot be begun now, since the outside service cannot be reached."""


class MoveRefused(ShopError):
    """An order or a line may not move from its state to the requested one."""


class RefundRefused(MoveRefused):
    """Only staff who may decide about money can take back what was sent."""


class PaymentRefused(ShopError):
    """A payment or a refund cannot be recorded as it was reported."""


class InvoiceFrozen(ShopError):
    """An invoice is written once, and never changed or deleted."""


class MessageRefused(ShopError):
    """A message cannot be accepted; `code` is for programs (docs/conversation.md)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class ConversationRefused(ShopError):
    """A conversation cannot be taken, handed over, closed or reopened."""
