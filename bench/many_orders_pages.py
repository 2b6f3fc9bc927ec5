"""The pages that many_orders.py measures. Django must be set up, and the rows made."""

from many_orders_made import isbn_of

from main.models import Order

REPORTS = {
    "orders_per_day/": "orders per day",
    "most_bought_products/": "most bought, 30 days",
    "most_bought_products/?period=90": "most bought, 90 days",
    "turnover/": "turnover, 12 months",
    "turnover/?period=36": "turnover, 36 months",
    "low_stock/": "stock running low",
}
DASHBOARD = {
    "": "plain",
    "?page=20": "page 20",
    "?status=30": "one state",
    "?sort=-total": "largest first",
    "?sort=-status": "by state",
    "?placed_from=2024-01-01&placed_to=2100-01-01": "from a day on",
    "?money=due": "to be paid",
    "?money=part_paid": "part paid",
    "?money=overpaid": "overpaid",
    "?money=to_refund&sort=placed": "to be refunded",
    "?q=shaw": "a common name",
    "?q=shaw&status=30&sort=total": "name, state, by total",
}
ANEW = ", read anew"


def paths_for(role: str, prefix: str) -> dict[str, str]:
    order = Order.objects.newest_first().filter(status=30)[10]
    orders = f"{prefix}main/order/"
    paths = {
        "index": prefix,
        "orders": orders,
        "orders, a number": f"{orders}?q={order.number}",
        "an order": f"{orders}{order.pk}/change/",
    }
    if role == "dispatch":
        return paths | {
            "orders, all": f"{orders}?work=all",
            "orders, a common name": f"{orders}?work=all&q=shaw",
            "packing": f"{orders}packing/",
            "API, orders": "/api/orders/",
            "API, lines": "/api/orderlines/",
        }
    paths |= {
        "orders, page 20": f"{orders}?p=20",
        "orders, one state": f"{orders}?status__exact=30",
        "orders, overpaid": f"{orders}?money=overpaid",
        "orders, a common name": f"{orders}?q=shaw",
        "orders, an e-mail": f"{orders}?q={order.email}",
        "orders, the best seller": f"{orders}?q={isbn_of(0)}",
        "an order’s history": f"{orders}{order.pk}/history/",
        "an invoice": f"{prefix}invoice/{order.pk}/",
        "invoices": f"{prefix}main/invoice/",
    }
    if role == "owner":
        return paths
    paths |= {
        f"dashboard, {label}": f"/order-dashboard/{query}" for query, label in DASHBOARD.items()
    }
    paths["dashboard, the best seller"] = f"/order-dashboard/?q={isbn_of(0)}"
    paths |= {label: f"{prefix}{path}" for path, label in REPORTS.items()}
    return paths | {f"{label}{ANEW}": f"{prefix}{path}" for path, label in REPORTS.items()}
