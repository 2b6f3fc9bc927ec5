"""Every form of the shop and what a visitor can send it: a table of test_bad_input.

`{name}` in a path, a field or a value stands for something of the test's cast.
"""

from main.tests.support.factories import LONDON, PASSWORD
from main.tests.support.odd_values import ANY, FEW_VALUES, FormRow

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
CHECKOUT = frozenset({"main.Checkout"})
BILLING = {f"billing-{name}": value for name, value in LONDON.items()}
SHIPPING = {f"shipping-{name}": value for name, value in LONDON.items()}
FREE_CHECKOUT = {f"{kind}-{name}": ANY for kind in ("billing", "shipping") for name in FREE_TEXT}
GUEST = {"email": "eve@booktime.example"} | BILLING

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
        valid=GUEST | {"shipping_same": "on"}, fields=["shipping_same", "email"],
        changes=CHECKOUT, taken={"shipping_same": ANY},
    ),
    FormRow(
        route="order/address_select/", visitor="guest", path="/order/address_select/",
        valid=GUEST | SHIPPING, fields=[*BILLING, *SHIPPING],
        changes=CHECKOUT, taken=FREE_CHECKOUT, values=FEW_VALUES,
    ),
    FormRow(
        route="order/address_select/", visitor="customer", path="/order/address_select/",
        valid={"billing_address": "{address}", "shipping_address": "{address}"},
        fields=["billing_address", "shipping_address"], changes=CHECKOUT,
    ),
    FormRow(
        route="order/review/", visitor="guest", path="/order/review/",
        valid={"checkout": "{guest_checkout}", "quote": "{guest_quote}"},
        fields=["checkout", "quote", "payment_way"], changes=ORDERED | {"main.OrderOrigin"},
        taken={"payment_way": ANY},  # with one way to pay there is nothing to choose
    ),
    FormRow(
        route="order/review/", visitor="customer", path="/order/review/",
        valid={"checkout": "{checkout}", "quote": "{quote}"}, fields=["checkout", "quote"],
        changes=ORDERED,
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
        # The guest's basket becomes part of the customer's, and so does what the guest said.
        changes=frozenset({"main.User", "main.Basket", "main.BasketLine"}) | CHECKOUT,
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
