"""What is said about the price of delivery where no order is known yet.

Where one is, it is the order's charges that say so: templates/orders/charges.html.
"""


def delivery_promise() -> str:
    """Fits after a comma, and after “with”."""
    return "free delivery"
