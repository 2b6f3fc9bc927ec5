"""What the tests of bad input share: everyone signed in, and what a request changed."""

import json
from decimal import Decimal
from urllib.parse import urlencode

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, TestCase, override_settings
from django.utils.http import url_has_allowed_host_and_scheme

from main.actions.conversations import mark_read
from main.actions.payments import mark_order_paid
from main.models.participants import customer_of
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import (
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.support.odd_values import FormRow
from main.tests.support.second_factor_case import code_of
from main.tests.support.soft_passkey import PASSKEY_OPTIONS, SoftPasskey
from main.views.visitor import BASKET_KEY

# What pages may write merely by being looked at.
NOT_COUNTED = {"sessions.session"}
URLENCODED = "application/x-www-form-urlencoded"


# Hundreds of passwords are tried here: they need not be hashed slowly.
@override_settings(
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ACCOUNT_REAUTHENTICATION_TIMEOUT=3600,
)
class BadInputTestCase(TestCase):
    """Each request starts from the same state: what it wrote is looked at and taken back."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = UserFactory(password=make_password(PASSWORD))
        cls.tag = ProductTagFactory()
        cls.book = ProductFactory(tags=[cls.tag], price=Decimal("8.49"))
        cls.inactive = ProductFactory(active=False)
        cls.address = AddressFactory(user=cls.user)
        cls.other_address = AddressFactory()
        cls.order = OrderFactory(user=cls.user)
        OrderLineFactory(order=cls.order, product=cls.book)
        cls.other_order = OrderFactory()
        OrderLineFactory(order=cls.other_order)
        cls.basket = BasketFactory(user=cls.user)
        cls.line = BasketLineFactory(basket=cls.basket, product=cls.book, quantity=2)
        cls.guest_basket = BasketFactory(guest=True)
        BasketLineFactory(basket=cls.guest_basket, product=cls.book)
        cls.checkout = ready_checkout(cls.basket)
        cls.guest_checkout = ready_checkout(cls.guest_basket)
        mark_order_paid(order_id=cls.order.pk)
        # Or looking at the order would write that it was read.
        mark_read(order_id=cls.order.pk, reader=customer_of(cls.order, cls.user), upto=2)
        cls.unproved = UserFactory(verified=False)
        cls.employee = EmployeeFactory()
        cls.guarded = UserFactory(password=make_password(PASSWORD))
        TOTP.activate(cls.guarded, generate_totp_secret())
        cls.codes = RecoveryCodes.activate(cls.guarded).generate_codes()
        made = json.loads(SoftPasskey().answer_to_creation(PASSKEY_OPTIONS))
        cls.passkey = WebAuthn.add(cls.guarded, "Telephone", made).instance
        cache.clear()
        cls.sign_everyone_in()

    def setUp(self) -> None:
        cache.clear()
        proof = EmailConfirmationHMAC(EmailAddress.objects.get(user=self.unproved))
        uid = user_pk_to_url_str(self.user)
        self.cast = {
            "address": self.address.pk,
            "book": self.book.pk,
            "checkout": self.checkout.pk,
            "email": self.user.email,
            "email_key": proof.key,
            "guest_checkout": self.guest_checkout.pk,
            "guest_quote": self.guest_checkout.offered.key,
            "line": self.line.pk,
            "order": self.order.pk,
            "passkey": self.passkey.pk,
            "quote": self.checkout.offered.key,
            "recovery_code": self.codes[1],
            "uid": uid,
        }
        # The code of the app that the customer is setting up.
        self.cast["app_code"] = code_of(self.app_secret)
        self.before = self.everything()

    @classmethod
    def sign_everyone_in(cls) -> None:
        cls.cookies: dict[str, str] = {}
        client = Client()
        session = client.session
        session[BASKET_KEY] = cls.guest_basket.guest_key
        session.save()
        cls.keep(client, "guest")
        # Asked for the password again, as one is before a change of account.
        client.force_login(cls.user)
        client.post("/account/confirm/", {"password": PASSWORD})
        client.get("/account/security/app/")
        cls.app_secret = client.session["mfa.totp.secret"]
        cls.keep(client, "customer")
        # With second factors, confirmed by one just now, the codes seen.
        client.force_login(cls.guarded)
        client.post("/account/security/confirm/", {"code": cls.codes[0]})
        client.get("/account/security/codes/")
        cls.keep(client, "guarded")
        # The password said, and not yet the code.
        client.post("/login/", {"login": cls.guarded.email, "password": PASSWORD})
        cls.keep(client, "halfway")
        client.force_login(cls.employee)
        cls.keep(client, "staff")
        cls.user.refresh_from_db()  # signing in is part of the key
        key = default_token_generator.make_token(cls.user)
        client.get(f"/account/password/reset/{user_pk_to_url_str(cls.user)}-{key}/")
        cls.keep(client, "forgetful")

    @classmethod
    def keep(cls, client: Client, visitor: str) -> None:
        """The browser's cookies, and a new browser for whoever comes next."""
        cls.cookies[visitor] = client.cookies.output(header="", sep=";")
        client.cookies.clear()

    def everything(self, *, written: str = "") -> dict[str, list]:
        """Every row of the shop's own tables, or of those that the SQL names.

        The history tells of the same rows again.
        """
        return {
            model._meta.label: list(model.objects.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.label_lower not in NOT_COUNTED and not hasattr(model, "history_date")
            if not written or f'"{model._meta.db_table}"' in written
        }

    def ask(self, method: str, path: str, *, visitor: str = "", **kwargs) -> HttpResponse:
        """The answer; self.changed then names the tables that the request changed."""
        cache.clear()  # a throttle would hide what the page itself says
        writes = []

        def note(execute, sql, *args):
            if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql:
                writes.append(sql)
            return execute(sql, *args)

        if visitor:
            self.client.cookies.clear()
            self.client.cookies.load(self.cookies[visitor])
        with transaction.atomic():
            with connection.execute_wrapper(note):
                response = self.client.generic(method, path, **kwargs)
            after = self.everything(written="\n".join(writes)) if writes else {}
            transaction.set_rollback(True)
        self.changed = {label for label in after if after[label] != self.before[label]}
        self.assertLess(response.status_code, 500)
        return response

    def post(self, path: str, fields: dict, *, visitor: str) -> HttpResponse:
        body = urlencode(fields, errors="surrogatepass")
        return self.ask("POST", path, visitor=visitor, data=body, content_type=URLENCODED)

    def post_form(self, form: FormRow, *, odd: str = "", value: str = "") -> HttpResponse:
        fields = dict(form.valid) | dict.fromkeys(odd.split(), value)
        filled = {
            name.format(**self.cast): text if name in odd.split() else text.format(**self.cast)
            for name, text in fields.items()
        }
        return self.post(form.path.format(**self.cast), filled, visitor=form.visitor)

    def assert_nothing_changed(self) -> None:
        self.assertEqual(self.changed, set())

    def assert_stays_here(self, response: HttpResponse) -> None:
        url = response.get("Location", "/")
        self.assertTrue(url_has_allowed_host_and_scheme(url, {"testserver"}), url)
