"""What the log must not hold is taken out of texts by its shape, and nothing else is."""

import re
import time
from collections.abc import Callable

from django.core import signing
from django.db import DatabaseError, connection, transaction
from django.test import SimpleTestCase, TestCase, tag
from django.utils.crypto import get_random_string

from booktime.sight.redaction import message, redacted, traceback_of, words_of
from main.models.order_access import make_access_token
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.refused_row import DETAIL, FIRST, NAME, refuse

NULL = 'relation "main_producttag" violates not-null constraint'
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
            (f"{FIRST}\n{DETAIL}\nCONTEXT:  it", f"{FIRST}\nDETAIL: [secret]"),
            (f"{FIRST}\nLINE 1: ... = '{NAME}'\n     ^\nHINT:  None.",
             f"{FIRST}\nLINE 1: [secret]"),
            (f"not json\nCONTEXT:  JSON data, line 1: {NAME}\n\nStreet",
             "not json\nCONTEXT: [secret]"),
            (f"<Task exception=IntegrityError('{FIRST}\\n{DETAIL}')>",
             rf"<Task exception=IntegrityError('{FIRST}\nDETAIL: [secret]"),
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
            ("{'password1': 'hun ter2', 'a': 1}", "{'password1': '[secret]', 'a': 1}"),
            ("<QueryDict: {'oldpassword': ['hun ter2']}>",
             "<QueryDict: {'oldpassword': ['[secret]']}>"),
            (r"""{"password": "it's \"two\" words", "a": 1}""", '{"password": "[secret]", "a": 1}'),
            ("login(password='hun ter2', a=1)", "login(password='[secret]', a=1)"),
            ("{'password': 'a text that was cu", "{'password': '[secret]"),
        )  # fmt: skip

    def test_whatever_opens_something(self) -> None:
        for secret in (
            make_access_token(12),
            signing.dumps("Mw", salt="account"),
            TOKEN,
            get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            "cq2k3x-5c0d1f4b2a9e8d7c6b5a49382716050f",
            "b0a7a1d0-5a52-4b62-9bd2-1b0f6f3f1c11",
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
            "Task id=b0a7a1d0-5a52-4b62-9bd2-1b0f6f3f1c11 path=main.jobs.send_mail is unknown",
        ):
            self.assert_becomes((text, text))


@tag("once")
class TimeTests(SimpleTestCase):
    """A stranger may fill the text; each piece is the beginning of what a pattern looks for."""

    PIECES = ("%40", "a%40", "a?", "/?a", "key='", "cookie: '", "token ", "a_1", "://", "a.b:")

    def seconds(self, search: Callable[[str], object], text: str) -> float:
        def once() -> float:
            began = time.process_time()
            search(text)
            return time.process_time() - began

        return min(once() for _ in range(3))

    def growth(self, search: Callable[[str], object], piece: str) -> float:
        """How much longer it takes for eight times the text; at least a millisecond counts."""
        short = max(self.seconds(search, piece * 250), 0.001)
        return self.seconds(search, piece * 2000) / short

    def test_it_grows_with_the_text_only(self) -> None:
        for piece in self.PIECES:
            with self.subTest(piece):
                self.assertLess(self.growth(redacted, piece), 20)

    def test_a_pattern_that_looks_again_and_again_is_noticed(self) -> None:
        again = re.compile(r"(?<=a)\?[^\s]*=")
        self.assertGreater(self.growth(lambda text: again.sub("", text), "a?"), 20)


class DatabaseErrorTests(SimpleTestCase):
    """Told by their first words, not by a shape of what follows."""

    def test_a_traceback_says_what_was_refused_and_goes_on_after_it(self) -> None:
        try:
            _fail_because_of_it()
        except ValueError as error:
            text = traceback_of(error, most=9999)
        told = [line for line in text.split("\n") if not line.startswith("  ")]
        begins = "Traceback (most recent call last):"
        self.assertEqual(
            told,
            [begins, f"psycopg.errors.CheckViolation: {FIRST}", "",
             "The above exception was the direct cause of the following exception:", "",
             begins, f"django.db.utils.IntegrityError: {FIRST}", "",
             "During handling of the above exception, another exception occurred:", "",
             begins, "ValueError: Order 12"],
        )  # fmt: skip
        self.assertIn("in _fail_because_of_it\n", text)

    def test_the_shape_is_enough_where_the_error_is_told_by_another(self) -> None:
        try:
            refuse()
        except DatabaseError as error:
            other = RuntimeError(f"Not stored: {error}")
        self.assertEqual(
            traceback_of(other, most=9999), f"RuntimeError: Not stored: {FIRST}\nDETAIL: [secret]"
        )

    def test_a_message_says_as_much(self) -> None:
        try:
            refuse()
        except DatabaseError as error:
            said = message("%s of %s: %s", ("Order", 12, error), logger="main")
            self.assertEqual(said, f"Order of 12: {FIRST}")
            said = message(f"Never retrieved: {error!r}", (), logger="asyncio", error=error)
        self.assertEqual(said, f"Never retrieved: IntegrityError({FIRST!r})")

    def test_an_error_without_words_says_its_name(self) -> None:
        self.assertEqual(
            message("Away: %s", (TimeoutError(),), logger="main"), "Away: TimeoutError"
        )


@tag("door")
@ON_POSTGRESQL
class PostgresqlErrorTests(TestCase):
    def test_what_is_quoted_is_told_only_if_it_is_a_name_of_ours(self) -> None:
        for statement, expected in (
            ("SELECT %s::int", "invalid input syntax for type integer: [secret]"),
            ("SELECT %s::json", "invalid input syntax for type json"),
            ("SELECT to_tsquery(%s || ' &&')", "syntax error in tsquery: [secret]"),
            ("SELECT 1 FROM main_order WHERE nme = %s", 'column "nme" does not exist'),
            ("INSERT INTO main_producttag (name) VALUES (%s)",
             f'null value in column "slug" of {NULL}'),
        ):  # fmt: skip
            failing = self.assertRaises(DatabaseError)
            with self.subTest(statement), failing as refused, transaction.atomic():
                connection.cursor().execute(statement, ['Ottoline "Featherstonehaugh"'])
            self.assertEqual(words_of(refused.exception), expected)


def _fail_because_of_it() -> None:
    try:
        refuse()
    except DatabaseError:
        raise ValueError("Order 12")  # noqa: B904 - as it happens
