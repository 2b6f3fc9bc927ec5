"""The charges of a checkout besides its books: one pricer per kind, each in its own file.

A pricer takes the checkout (with what was ticked, in `choices`) and the charges for the books.
"""

from collections.abc import Callable, Iterable, Sequence

from main.models import Charge, Checkout

Pricer = Callable[[Checkout, Sequence[Charge]], Iterable[Charge]]

# In the order in which the charges are shown. If no pricer charges for delivery, it is free.
PRICERS: list[Pricer] = []
