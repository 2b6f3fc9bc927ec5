"""What pages say about the price of delivery before there is an order.

After that, the order's charges say it: templates/orders/charges.html.
"""


def delivery_promise() -> str:
    """Fits after a comma, and after “with”."""
    return "free delivery"
