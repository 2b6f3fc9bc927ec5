"""Every address of the shop and what a visitor can send it: the tables of test_bad_input.

`{name}` in a path, a field or a value stands for something of the test's cast.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from main.tests.factories import LONDON, PASSWORD

HUGE = "9" * 400
ODD_VALUES = (
    "", " ", "-1", "0", "1.5", "1e400", "NaN", "null", "[]", HUGE, "9" * 5000,
    str(2**63), str(-(2**63)), str(2**31), "漢字", "\u202e", "🦀" * 50, "\ud800",
    "a" * 20_000, "<script>alert(1)</script>", "' OR 1=1 --", "%00", "\x00", "\x1b[31m",
    "a\r\nB: c", "../../etc/passwd", "//evil.example", "https://evil.example",
    "javascript:alert(1)",
)  # fmt: skip
ANY = ODD_VALUES
# For pages that take long to show, where another page has the same fields with every value.
FEW_VALUES = ["", " ", "-1", HUGE, "漢字", "\u202e", "\ud800", "a" * 20_000, "\x00", "a\r\nB: c"]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"]
BODIES = [
    ("application/json", b'{"product_id": 1'),
    ("application/json", b"[1, 2]"),
    ("application/x-www-form-urlencoded", b"\xff\xfe=%ff&=&&&=%"),
    ("application/x-www-form-urlencoded", b"a=1&" * 2000),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n"),
    ("text/plain; charset=nonsense", b"hello"),
    ("", b""),
]


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """A form, sent by `visitor` with one field odd and the others as in `valid`.

    `fields`: names; two in one string ("a b") get the same odd value. `valid` is taken as it is,
    and then the tables `changes` differ. `taken`: odd values that are right for a field.
    """

    route: str
    visitor: str
    path: str
    valid: Mapping[str, str] = field(default_factory=dict)
    fields: Collection[str] = ()
    changes: frozenset[str] = frozenset()
    taken: Mapping[str, Collection[str]] = field(default_factory=dict)
    values: Collection[str] = ODD_VALUES

    @property
    def is_bare(self) -> bool:
        """Whether the POST alone says all: its body does not matter."""
        return not self.valid


@dataclass(frozen=True, kw_only=True)
class PathRow:
    """An address with `{}` where the odd value goes."""

    route: str
    visitor: str
    path: str
    method: str = "GET"


SECURITY = "account/security/"
FACTOR = frozenset({"mfa.Authenticator"})
VERIFY = r"^account/email/verify/(?P<key>[-:\w]+)/$"
RESET = r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
ADDRESS = list(LONDON)
FREE_TEXT = ["name", "address1", "address2", "city"]
TWO_PASSWORDS = {"password1": "four-brave-otters", "password2": "four-brave-otters"}
ORDERED = frozenset({"main.Order", "main.OrderLine", "main.Basket", "main.Product"})
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
