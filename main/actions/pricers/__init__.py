"""What a checkout is charged for beside its books: a pricer for each kind, in a file of its own.

A pricer gets the checkout (with what was ticked, in `choices`) and the charges for the books.
"""

from collections.abc import Callable, Iterable, Sequence

from main.models import Charge, Checkout

Pricer = Callable[[Checkout, Sequence[Charge]], Iterable[Charge]]

# In the order in which the charges are shown. Where none charges for delivery, delivery is free.
PRICERS: list[Pricer] = []
