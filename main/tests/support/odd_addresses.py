"""Addresses of the shop whose path or query a visitor can make up: tables of test_bad_input.

Where nothing is to be made up, the reason stands beside.
"""

from main.tests.support.odd_input import RESET, SECURITY, VERIFY
from main.tests.support.odd_values import PathRow

# Names that are read from the query string, and by whom.
QUERIES = {
    "products/<slug:tag>/": (
        "guest",
        "/products/all/",
        ["page", "sort", "min_price", "max_price", "language", "in_stock"],
    ),
    "search/": ("guest", "/search/", ["q", "page"]),
    "orders/": ("customer", "/orders/", ["page"]),
    "orders/<int:order_id>/conversation/": (
        "customer",
        "/orders/{order}/conversation/",
        ["before"],
    ),
    "customer-service/<int:order_id>/": (
        "staff",
        "/customer-service/{order}/",
        ["before", "reply"],
    ),
    "orders/<int:order_id>/invoice/": (
        "customer",
        "/orders/{order}/invoice/",
        ["number", "format"],
    ),
    "order-dashboard/": (
        "staff",
        "/order-dashboard/",
        ["q", "status", "placed_from", "placed_to", "sort", "page"],
    ),
    "login/": ("guest", "/login/", ["next"]),
    SECURITY: ("guarded", f"/{SECURITY}", ["next"]),
    f"{SECURITY}codes/": ("guarded", f"/{SECURITY}codes/", ["next"]),
    "logout/": ("customer", "/logout/", ["next"]),
    "signup/": ("guest", "/signup/", ["next", "email"]),
    "address/create/": ("customer", "/address/create/", ["next"]),
    "sitemap-<section>.xml": ("guest", "/sitemap-books.xml", ["p"]),
}
PATHS = [
    PathRow(route="products/<slug:tag>/", visitor="guest", path="/products/{}/"),
    PathRow(route="product/<slug:slug>/", visitor="guest", path="/product/{}/"),
    PathRow(route="orders/open/<str:token>/", visitor="guest", path="/orders/open/{}/"),
    PathRow(route="orders/<int:order_id>/", visitor="customer", path="/orders/{}/"),
    PathRow(
        route="orders/<int:order_id>/again/",
        visitor="customer",
        path="/orders/{}/again/",
        method="POST",
    ),
    PathRow(
        route="orders/<int:order_id>/conversation/",
        visitor="customer",
        path="/orders/{}/conversation/",
    ),
    PathRow(
        route="orders/<int:order_id>/conversation/",
        visitor="customer",
        path="/orders/{}/conversation/",
        method="POST",
    ),
    PathRow(
        route="customer-service/<int:order_id>/", visitor="staff", path="/customer-service/{}/"
    ),
    PathRow(
        route="customer-service/<int:order_id>/",
        visitor="staff",
        path="/customer-service/{}/",
        method="POST",
    ),
    PathRow(route="orders/<int:order_id>/invoice/", visitor="customer", path="/orders/{}/invoice/"),
    PathRow(
        route=f"{SECURITY}passkeys/<int:pk>/", visitor="guarded", path=f"/{SECURITY}passkeys/{{}}/"
    ),
    PathRow(
        route=f"{SECURITY}passkeys/<int:pk>/remove/",
        visitor="guarded",
        path=f"/{SECURITY}passkeys/{{}}/remove/",
        method="POST",
    ),
    PathRow(route="account/device/<str:token>/", visitor="guest", path="/account/device/{}/"),
    PathRow(route=VERIFY, visitor="guest", path="/account/email/verify/{}/"),
    PathRow(route=VERIFY, visitor="guest", path="/account/email/verify/{}/", method="POST"),
    PathRow(route=RESET, visitor="guest", path="/account/password/reset/{}-set-password/"),
    PathRow(route=RESET, visitor="guest", path="/account/password/reset/{uid}-{}/"),
    PathRow(route=RESET, visitor="guest", path="/account/password/reset/{uid}-{}/", method="POST"),
    PathRow(route="address/<int:pk>/", visitor="customer", path="/address/{}/"),
    PathRow(
        route="address/<int:pk>/delete/",
        visitor="customer",
        path="/address/{}/delete/",
        method="POST",
    ),
    PathRow(route="sitemap-<section>.xml", visitor="guest", path="/sitemap-{}.xml"),
    PathRow(route="media/<path:path>", visitor="guest", path="/media/{}"),
]
# Who else is sent odd input, by tests of their own: test_admin_input, test_api_errors.
ELSEWHERE = (
    "admin/",
    "office-admin/",
    "dispatch-admin/",
    "api/",
    "mobile-api/",
    "^(?:mobile-)?api",
)
# Addresses without a row, and why.
NO_INPUT = {
    "": "reads nothing from the request",
    "customer-service/": "reads nothing but who is asking",
    "order/done/": "reads the session alone",
    f"{SECURITY}codes/download/": "reads nothing but who is asking",
    f"{SECURITY}passkeys/": "test_passkeys sends it odd credentials",
    f"{SECURITY}passkeys/confirm/": "test_passkeys sends it odd credentials",
    f"{SECURITY}passkeys/sign-in/": "test_passkeys sends it odd credentials",
    "account/inactive/": "a fixed text",
    "account/email/sent/": "a fixed text",
    "account/password/set/": "customers have a password: it leads on to the change of it",
    "account/password/reset/sent/": "a fixed text",
    "account/password/reset/done/": "a fixed text",
    "address/": "reads nothing but who is asking",
    "about-us/": "a fixed text",
    "robots.txt": "a fixed text",
    "sitemap.xml": "reads nothing from the request",
    "healthz/alive/": "reads nothing from the request",
    "healthz/": "reads nothing from the request",
}
