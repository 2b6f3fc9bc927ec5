"""The API keeps to its own description, whoever asks and whatever is sent: by schemathesis.

Looks longer than `bin/test` has time for: bin/prove api_schema.
"""

import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.test import SimpleTestCase, TransactionTestCase, tag
from django.utils import timezone

from main.access import SIGNED_IN_AT
from main.actions.payments import mark_order_paid
from main.actions.tokens import give_token
from main.models import OrderLine, User
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    UserFactory,
)
from main.tests.support.live_shop import CSRF, live_shop, make_session

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SHORT, ALL_PHASES = "examples,fuzzing", "examples,coverage,fuzzing"
CONFIGURATION = """
seed = 20261107
continue-on-failure = true
warnings = false
# The defaults, and 411: an empty body of a form comes without its length.
checks = {{ negative_data_rejection = {{ expected-statuses = [ \
400, 401, 403, 404, 405, 406, 409, 411, 415, 422, 428, 429, "5xx"] }} }}
generation = {{ max-examples = {examples}, database = "none" }}
phases.coverage.unexpected-methods = {methods}
parameters = {{ line_id = {{ dictionary = "lines", probability = 0.7 }}, \
order_id = {{ dictionary = "orders", probability = 0.7 }}, \
order = {{ dictionary = "orders", probability = 0.5 }} }}
dictionaries = {{ lines = {{ values = {lines} }}, orders = {{ values = {orders} }} }}
headers = {{ X-CSRFToken = "{csrf}" }}
{sign_in}
"""
CSRF_IN_SESSION = "_csrftoken"


@tag("once")
class DescriptionTests(SimpleTestCase):
    def test_it_is_valid_and_leaves_no_question(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            call_command("spectacular", file=file.name, validate=True, fail_on_warn=True)


@tag("openapi", "e2e")  # not for the gate of a deployment: schemathesis is for development only
class SchemathesisTests(TransactionTestCase):
    """Against a real server, with each kind of user; by session and by token in turn."""

    examples = 5
    methods: Collection[str] = ["DELETE"]  # beside those that an operation has
    at_length: Collection[str] = ["dispatcher"]  # who comes in, and is stopped at some doors

    def setUp(self) -> None:
        self.customer = UserFactory()
        for _ in range(8):
            order = OrderFactory(user=self.customer)
            OrderLineFactory.create_batch(3, order=order)
            mark_order_paid(order_id=order.pk)

    def test_every_kind_of_user(self) -> None:
        visitors = {
            "anonymous": "",
            "customer": by_token(self.customer),
            "dispatcher": by_session(DispatcherFactory()),
            "employee": by_token(EmployeeFactory()),
            "owner": by_session(OwnerFactory()),
        }
        with live_shop(application="main.tests.support.patient_asgi") as shop:
            for name, sign_in in visitors.items():
                phases = ALL_PHASES if name in self.at_length else SHORT
                address = f"http://127.0.0.1:{shop.port}"
                with self.subTest(name):
                    self.assert_keeps_to_the_schema(address, sign_in, phases)

    def assert_keeps_to_the_schema(self, address: str, sign_in: str, phases: str) -> None:
        lines = OrderLine.objects.values_list("pk", "order")
        configuration = CONFIGURATION.format(
            examples=self.examples,
            methods=list(self.methods),
            lines=[pk for pk, _ in lines],
            orders=sorted({order for _, order in lines}),
            csrf=CSRF,
            sign_in=sign_in,
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "schemathesis.toml"
            file.write_text(configuration)
            command = [SCHEMATHESIS, "--config-file", file, "--no-color"]
            command += ["run", f"{address}/api/schema/", f"--phases={phases}"]
            if "openapi.token" in sign_in:
                # It would end the token by which all the rest is asked.
                command += ["--exclude-operation-id=sign_out"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def by_token(user: User) -> str:
    return f'[auth.openapi.token]\napi_key = "Token {give_token(user=user)}"'


def by_session(user: User) -> str:
    key = make_session(
        **{
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SIGNED_IN_AT: timezone.now().timestamp(),
            CSRF_IN_SESSION: CSRF,
        }
    )
    return f'[auth.openapi.session]\napi_key = "{key}"'
