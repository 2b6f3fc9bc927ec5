"""What the log must not hold is taken out of texts by its shape, and nothing else is."""

from django.core import signing
from django.test import SimpleTestCase
from django.utils.crypto import get_random_string

from booktime.redaction import redacted
from main.models.order_access import make_access_token

TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class RedactionTests(SimpleTestCase):
    def assert_becomes(self, *pairs: tuple[str, str]) -> None:
        for text, expected in pairs:
            with self.subTest(text):
                self.assertEqual(redacted(text), expected)

    def test_addresses_of_people(self) -> None:
        self.assert_becomes(
            ("Refused: ada.reader+books@mail.example.", "Refused: [address]."),
            ("{'ada@booktime.example': (550, b'No such user')}",
             "{'[address]': (550, b'No such user')}"),
            ("<jürgen@bücher.example>, o'hara_1@x.example", "<[address]>, o'[address]"),
            ("/login/ada%40booktime.example/", "/login/[address]/"),
        )  # fmt: skip

    def test_what_a_database_repeats_of_a_row(self) -> None:
        self.assert_becomes(
            ('duplicate key value violates "u"\nDETAIL:  Key (email)=(a@b.example) already exists.',
             'duplicate key value violates "u"\nDETAIL: [secret]'),
            ("null value\nDETAIL:  Failing row contains (7, Ada, 12 Gower\nStreet).\nCONTEXT: it",
             "null value\nDETAIL: [secret]\nCONTEXT: it"),
        )  # fmt: skip

    def test_headers(self) -> None:
        self.assert_becomes(
            (f"Authorization: Token {TOKEN}\r\nAccept: */*",
             "Authorization: [secret]\r\nAccept: */*"),
            ("{'Cookie': 'sessionid=abc; csrftoken=def', 'Accept': 'a'}",
             "{'Cookie': [secret], 'Accept': 'a'}"),
            ("[(b'cookie', b'sessionid=abc'), (b'accept', b'a')]",
             "[(b'cookie', b[secret]), (b'accept', b'a')]"),
            ("it was sent as Bearer abc.def-123", "it was sent as Bearer [secret]"),
        )  # fmt: skip

    def test_query_strings_and_logins(self) -> None:
        self.assert_becomes(
            ("GET /search/?q=Ada+Reader&page=2 HTTP/1.1", "GET /search/?[query] HTTP/1.1"),
            ("postgres://shop:hunter2@db.example:5432/shop is away",
             "postgres://[secret]@db.example:5432/shop is away"),
            ("password=hunter2&next=/", "password=[secret]&next=/"),
            ("{'ticket': 'abc', 'after': 0}", "{'ticket': '[secret]', 'after': 0}"),
        )  # fmt: skip

    def test_whatever_opens_something(self) -> None:
        for secret in (
            make_access_token(12),
            signing.dumps("Mw", salt="account"),
            TOKEN,
            get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            "cq2k3x-5c0d1f4b2a9e8d7c6b5a49382716050f",
        ):
            self.assert_becomes((f"Not found: /open/{secret}/", "Not found: /open/[secret]/"))

    def test_the_rest_stays_as_it_is(self) -> None:
        for text in (
            "A nudge to conversation.12 was not sent: TimeoutError",
            "ValueError: Order 12 of 2026-11-23T08:52:05 is 16.98 GBP, or 4 x 4.245?",
            'File "/app/main/actions/order_lines.py", line 20, in move_order_lines',
            "Migrations are pending: main.0008_product_image_storage_of_covers",
            "redis://127.0.0.1:6379/0: Connection refused; what now? a = b",
            "Is the key known? Yes: the token was given, by an author called Ada.",
            "main.tests.test_invoice_renders_exactly_as_expected failed",
        ):
            self.assert_becomes((text, text))
