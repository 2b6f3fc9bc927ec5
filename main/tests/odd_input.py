"""Every address of the shop and what a visitor can send it: the tables of test_bad_input.

`{name}` in a path, a field or a value stands for something of the test's cast.
"""

from main.tests.factories import LONDON, PASSWORD
from main.tests.odd_values import ANY, FEW_VALUES, FormRow, PathRow

SECURITY = "account/security/"
FACTOR = frozenset({"mfa.Authenticator"})
VERIFY = r"^account/email/verify/(?P<key>[-:\w]+)/$"
RESET = r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
ADDRESS = list(LONDON)
FREE_TEXT = ["name", "address1", "address2", "city"]
TWO_PASSWORDS = {"password1": "four-brave-otters", "password2": "four-brave-otters"}
ORDERED = frozenset(
    {"main.Order", "main.OrderLine", "main.Basket", "main.Product"}
    | {"main.Conversation", "main.Message"}  # whose first line says so
)
BILLING = {f"billing-{name}": value for name, value in LONDON.items()}
SHIPPING = {f"shipping-{name}": value for name, value in LONDON.items()}
FREE_CHECKOUT = {f"{kind}-{name}": ANY for kind in ("billing", "shipping") for name in FREE_TEXT}
GUEST = {"basket": "{guest_basket}", "total": "8.49", "email": "eve@booktime.example"} | BILLING

FORMS = [
    FormRow(
        route="add_to_basket/", visitor="guest", path="/add_to_basket/",
        valid={"product_id": "{book}", "quantity": "1"}, fields=["product_id", "quantity"],
        changes=frozenset({"main.BasketLine"}),
    ),
    FormRow(
        route="basket/", visitor="customer", path="/basket/",
        valid={"quantity_{line}": "3", "update": "1"}, fields=["quantity_{line}", "update"],
        changes=frozenset({"main.BasketLine"}),
        taken={"quantity_{line}": ["0"], "update": ANY},  # 0 is how a line is removed
    ),
    FormRow(
        route="basket/", visitor="customer", path="/basket/",
        valid={"remove": "{line}"}, fields=["remove", "quantity_"],
        changes=frozenset({"main.BasketLine"}), taken={"quantity_": ANY},
    ),
    FormRow(
        route="order/address_select/", visitor="guest", path="/order/address_select/",
        valid=GUEST | {"shipping_same": "on"},
        fields=["shipping_same", "basket", "total", "email"],
        changes=ORDERED, taken={"shipping_same": ANY},
    ),
    FormRow(
        route="order/address_select/", visitor="guest", path="/order/address_select/",
        valid=GUEST | SHIPPING, fields=[*BILLING, *SHIPPING],
        changes=ORDERED, taken=FREE_CHECKOUT, values=FEW_VALUES,
    ),
    FormRow(
        route="order/address_select/", visitor="customer", path="/order/address_select/",
        valid={
            "basket": "{basket}", "total": "16.98",
            "billing_address": "{address}", "shipping_address": "{address}",
        },
        fields=["basket", "total", "billing_address", "shipping_address"], changes=ORDERED,
    ),
    FormRow(
        route="orders/<int:order_id>/again/", visitor="customer", path="/orders/{order}/again/",
        changes=frozenset({"main.BasketLine"}),
    ),
    FormRow(
        route="orders/<int:order_id>/conversation/", visitor="customer",
        path="/orders/{order}/conversation/",
        valid={"text": "Hello", "cid": "6f1f6f0e-5c3c-4a55-9f0b-0c9b9a4d7b11"},
        fields=["text", "cid", "action"],
        changes=frozenset({"main.Conversation", "main.Message"}),
        taken={"text": ANY, "action": ANY},
    ),
    FormRow(
        route="customer-service/<int:order_id>/", visitor="staff",
        path="/customer-service/{order}/",
        valid={"action": "send", "text": "Hello", "cid": "6f1f6f0e-5c3c-4a55-9f0b-0c9b9a4d7b11"},
        fields=["text", "cid", "action"],
        changes=frozenset({"main.Conversation", "main.Message", "main.Order"}),
        taken={"text": ANY},
    ),
    FormRow(
        route="signup/", visitor="guest", path="/signup/",
        valid={"email": "new@booktime.example", "next": "/basket/"} | TWO_PASSWORDS,
        fields=["email", "password1 password2", "password1", "password2", "next"],
        changes=frozenset({"main.User", "account.EmailAddress"}),
        taken={"password1 password2": ANY, "next": ANY},
    ),
    FormRow(
        route="login/", visitor="guest", path="/login/",
        valid={"login": "{email}", "password": PASSWORD, "next": "/orders/", "remember": "on"},
        fields=["login", "password", "next", "remember"],
        # The guest's basket becomes part of the customer's.
        changes=frozenset({"main.User", "main.Basket", "main.BasketLine"}),
        taken={"next": ANY, "remember": ANY},
    ),
    FormRow(route="logout/", visitor="customer", path="/logout/", fields=["next"]),
    FormRow(
        route="account/confirm/", visitor="customer", path="/account/confirm/",
        valid={"password": PASSWORD, "next": "/orders/"}, fields=["password", "next"],
    ),
    FormRow(
        route="account/email/", visitor="customer", path="/account/email/",
        valid={"email": "newer@booktime.example", "action_add": ""}, fields=["email"],
        changes=frozenset({"account.EmailAddress"}),
    ),
    FormRow(
        route="account/email/", visitor="customer", path="/account/email/",
        valid={"email": "{email}", "action_primary": ""},
        fields=["email", "action_send", "action_remove", "action_primary"],
    ),
    FormRow(
        route=VERIFY, visitor="guest", path="/account/email/verify/{email_key}/",
        changes=frozenset({"account.EmailAddress"}),
    ),
    FormRow(
        route="account/password/", visitor="customer", path="/account/password/",
        valid={"oldpassword": PASSWORD} | TWO_PASSWORDS,
        fields=["oldpassword", "password1 password2", "password1", "password2"],
        changes=frozenset({"main.User"}), taken={"password1 password2": ANY},
    ),
    FormRow(
        route="account/password/reset/", visitor="guest", path="/account/password/reset/",
        valid={"email": "{email}"}, fields=["email"],
    ),
    FormRow(
        route=RESET, visitor="forgetful", path="/account/password/reset/{uid}-set-password/",
        valid=TWO_PASSWORDS, fields=["password1 password2", "password1", "password2"],
        changes=frozenset({"main.User"}), taken={"password1 password2": ANY},
    ),
    FormRow(
        route=f"{SECURITY}code/", visitor="halfway", path=f"/{SECURITY}code/",
        valid={"code": "{recovery_code}"}, fields=["code"], changes=FACTOR | {"main.User"},
        values=FEW_VALUES,
    ),
    FormRow(
        route=f"{SECURITY}confirm/", visitor="guarded", path=f"/{SECURITY}confirm/",
        valid={"code": "{recovery_code}", "next": "/orders/"}, fields=["code", "next"],
        changes=FACTOR, taken={"next": ANY},
    ),
    FormRow(
        route=f"{SECURITY}app/", visitor="customer", path=f"/{SECURITY}app/",
        valid={"code": "{app_code}"}, fields=["code"], changes=FACTOR, values=FEW_VALUES,
    ),
    FormRow(
        route=f"{SECURITY}app/remove/", visitor="guarded", path=f"/{SECURITY}app/remove/",
        changes=FACTOR,
    ),
    FormRow(
        route=f"{SECURITY}codes/new/", visitor="guarded", path=f"/{SECURITY}codes/new/",
        changes=FACTOR,
    ),
    FormRow(
        route=f"{SECURITY}passkeys/<int:pk>/", visitor="guarded",
        path=f"/{SECURITY}passkeys/{{passkey}}/", valid={"name": "Office"}, fields=["name"],
        changes=FACTOR, taken={"name": ANY},
    ),
    FormRow(
        route=f"{SECURITY}passkeys/<int:pk>/remove/", visitor="guarded",
        path=f"/{SECURITY}passkeys/{{passkey}}/remove/", changes=FACTOR,
    ),
    FormRow(
        route="address/create/", visitor="customer", path="/address/create/",
        valid=LONDON | {"next": "/basket/"}, fields=[*ADDRESS, "next"],
        changes=frozenset({"main.Address"}), taken=dict.fromkeys([*FREE_TEXT, "next"], ANY),
    ),
    FormRow(
        route="address/<int:pk>/", visitor="customer", path="/address/{address}/",
        valid=LONDON | {"name": "Ada Reader-Byron", "next": "/basket/"}, fields=[*ADDRESS, "next"],
        changes=frozenset({"main.Address"}), taken=dict.fromkeys([*FREE_TEXT, "next"], ANY),
    ),
    FormRow(
        route="address/<int:pk>/delete/", visitor="customer", path="/address/{address}/delete/",
        fields=["next"], changes=frozenset({"main.Address"}), taken={"next": ANY},
    ),
    FormRow(
        route="contact-us/", visitor="guest", path="/contact-us/",
        valid={"name": "Ada", "email": "ada@booktime.example", "message": "Hello"},
        fields=["name", "email", "message"],
    ),
]  # fmt: skip
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
