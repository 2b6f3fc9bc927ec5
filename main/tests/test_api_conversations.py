"""The conversation over plain HTTP: for phones, blocked sockets, and pages without a socket."""

from typing import Any
from unittest import mock
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings, tag
from django.test.utils import CaptureQueriesContext
from knox.crypto import hash_token

from main.actions.conversations import mark_read
from main.actions.tokens import give_token
from main.gateways import rates
from main.models import ChatTicket, Message, Order, ReadCursor
from main.models.conversations import LONGEST
from main.participants import staff
from main.tests.conversation_case import ConversationTestCase
from main.tests.factories import OrderFactory
from main.views.visitor import GUEST_ORDERS

URN = "urn:booktime:problem:"
JSON = "application/json"
TOO_LONG = "A message has at most 4,000 characters; this one has 4,001."


@tag("door")
class ConversationApiTestCase(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()  # of other tests' requests
        self.client.force_login(self.ada)

    def path(self, what: str = "messages", order: Order | None = None) -> str:
        return f"/mobile-api/orders/{(order or self.order).pk}/{what}/"

    def get(self, *, status: int = 200, **query) -> dict:
        response = self.client.get(self.path(), query)
        self.assertEqual(response.status_code, status, response.content[:300])
        return response.json()

    def send(
        self, text: Any = "Hello", *, key: Any = "", order: Order | None = None, **how
    ) -> HttpResponse:
        headers = {"Idempotency-Key": str(key or uuid4())} if key is not None else {}
        headers |= how.pop("headers", {})
        client = how.pop("client", self.client)
        sent = {"text": text}
        return client.post(self.path(order=order), sent, content_type=JSON, headers=headers)

    def be_guest_of(self, order: Order, client: Client | None = None) -> None:
        client = client or self.client
        client.logout()
        session = client.session
        session[GUEST_ORDERS] = [order.pk]
        session.save()


class ReadingTests(ConversationApiTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.fill(upto=130)

    def seqs(self, **query) -> tuple[int, int, bool]:
        """First and last of the answer, and whether there are more."""
        answer = self.get(**query)
        found = [item["seq"] for item in answer["items"]]
        self.assertEqual(found, list(range(found[0], found[-1] + 1)))
        self.assertEqual(answer["head"], 130)
        return found[0], found[-1], answer["more"]

    def test_the_last_those_after_and_those_before_in_one_order(self) -> None:
        for query, wanted in [
            ({}, (81, 130, True)),
            ({"limit": 100}, (31, 130, True)),
            ({"after": 0}, (1, 50, True)),
            ({"after": 100, "limit": 30}, (101, 130, False)),
            ({"after": 100, "limit": 29}, (101, 129, True)),
            ({"after": 100, "before": 111}, (101, 110, False)),
            ({"after": 100, "before": 111, "limit": 9}, (101, 109, True)),
            ({"before": 81}, (31, 80, True)),
            ({"before": 11, "limit": 10}, (1, 10, False)),
            ({"before": 2**31 - 1, "limit": 1}, (130, 130, True)),
        ]:
            with self.subTest(query):
                self.assertEqual(self.seqs(**query), wanted)

    def test_there_may_be_nothing(self) -> None:
        for query in (
            {"after": 130},
            {"after": 2**31 - 1},
            {"before": 1},
            {"before": 0},
            {"after": 5, "before": 6},
            {"after": 5, "before": 0},
        ):
            answer = self.get(**query)
            self.assertEqual((answer["items"], answer["more"], answer["head"]), ([], False, 130))

    def test_it_says_who_asks_and_who_has_read_what(self) -> None:
        mark_read(order_id=self.order.pk, reader=staff(self.olive), upto=7)
        answer = self.get(limit=1)
        self.assertEqual(answer["reads"], {f"staff-{self.olive.pk}": 7})
        me = {"who": "customer", "name": "Ada Reader", "role": "customer"}
        self.assertEqual(answer["me"], me)
        self.assertEqual(answer["items"], [Message.objects.get(seq=130).item])
        self.client.force_login(self.olive)
        me = {"who": f"staff-{self.olive.pk}", "name": "Olive Office", "role": "staff"}
        self.assertEqual(self.get()["me"], me)

    def test_reading_writes_nothing(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            self.get()
        self.assertTrue(all(each["sql"].startswith("SELECT") for each in queries))
        self.assertLessEqual(len(queries), 5)

    def test_odd_numbers_are_refused(self) -> None:
        odd = ["", "-1", "x", "1.5", "1e3", "٣", "null", "2147483648", "9" * 400, "\x00"]
        for name in ("after", "before", "limit"):
            for value in odd:
                with self.subTest(name=name, value=value[:20]):
                    self.assertIn(name, self.get(status=400, **{name: value})["errors"])
        for query in ({"limit": 0}, {"limit": 101}, {"since": 1}):
            with self.subTest(query):
                self.get(status=400, **query)


class SendingTests(ConversationApiTestCase):
    def test_it_is_stored_and_answered_with(self) -> None:
        key = uuid4()
        response = self.send("When will it be sent?", key=key)
        message = Message.objects.get(cid=key)
        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json(), message.item | {"dup": False})
        self.assertEqual(self.timeline()[1:], [(2, "customer", "When will it be sent?")])

    def test_sent_again_it_is_the_same_message(self) -> None:
        key = uuid4()
        first = self.send(key=key).json()
        for spelled in (key, f'"{key}"', str(key).upper()):
            again = self.send(key=spelled)
            self.assertEqual((again.status_code, again.json()), (200, first | {"dup": True}))
        self.assertEqual(len(self.timeline()), 2)

    def test_a_key_that_is_taken_is_refused(self) -> None:
        key = uuid4()
        self.send("Hello", key=key)
        response = self.send("Good-bye", key=key)
        self.assertEqual(response.status_code, 409)
        problem = response.json()
        self.assertEqual((problem["type"], problem["code"]), (f"{URN}cid_taken", "cid_taken"))
        self.assertEqual(len(self.timeline()), 2)

    def test_what_is_no_message_is_refused_in_words_for_people(self) -> None:
        for text, code, words in [
            ("", "empty", "Write something first."),
            (" \n", "empty", "Write something first."),
            ("a" * (LONGEST + 1), "too_long", TOO_LONG),
            ("\x00\ud800", "empty", "Write something first."),
        ]:  # fmt: skip
            with self.subTest(code):
                response = self.send(text)
                self.assertEqual(response.status_code, 400)
                problem = response.json()
                self.assertEqual(problem["type"], f"{URN}message_refused")
                self.assertEqual((problem["code"], problem["detail"]), (code, words))
        self.assertEqual(self.timeline(), [])

    def test_what_is_no_text_or_no_key_is_named(self) -> None:
        for text in (None, 5, True, [], {"a": 1}):
            problem = self.send(text).json()
            self.assertEqual((list(problem["errors"]), problem["code"]), (["text"], "bad_text"))
        for key in (None, "x", "1", "é", "6f1f6f0e5c3c4a559f0b0c9b9a4d7b11", '""'):
            response = self.send(key=key)
            self.assertEqual(response.status_code, 400)
            words = ["Send a UUID of your own as Idempotency-Key."]
            self.assertEqual(response.json()["errors"], {"Idempotency-Key": words})
            self.assertEqual(response.json()["code"], "bad_cid")
        for body in ("[]", "null", "5", '"Hello"', "{", ""):
            headers = {"Idempotency-Key": str(uuid4())}
            response = self.client.post(self.path(), body, content_type=JSON, headers=headers)
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.timeline(), [])

    def test_staff_who_answer_are_whom_the_customer_spoke_to_last(self) -> None:
        self.client.force_login(self.olive)
        self.assertEqual(self.send("It is {status}.").json()["text"], "It is to be paid.")
        self.order.refresh_from_db()
        self.assertEqual(self.order.last_spoken_to, self.olive)

    def test_a_page_of_another_site_cannot_make_anybody_speak(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        guests = OrderFactory(guest=True)
        for order, be in [
            (self.order, lambda: strict.force_login(self.ada)),
            (guests, lambda: self.be_guest_of(guests, strict)),
        ]:
            be()
            self.assertEqual(self.send(client=strict, order=order).status_code, 403)
            self.assertFalse(Message.objects.of(order.pk).exists())
            strict.cookies["csrftoken"] = "c" * 32
            token = {"X-CSRFToken": "c" * 32}
            answer = self.send(client=strict, order=order, headers=token)
            self.assertEqual(answer.status_code, 201)
            strict.cookies.clear()

    def test_a_token_is_enough(self) -> None:
        self.client.logout()
        headers = {"Authorization": f"Token {give_token(user=self.ada)}"}
        self.assertEqual(self.send(headers=headers).status_code, 201)
        self.assertEqual(self.timeline()[1][1], "customer")

    def test_a_guest_is_counted_by_their_session_and_not_by_their_address(self) -> None:
        first, second = OrderFactory(guest=True), OrderFactory(guest=True)
        self.be_guest_of(first)
        other = Client()
        self.be_guest_of(second, other)
        rates = mock.patch("main.api.throttles.GuestThrottle.THROTTLE_RATES", {"guest": "3/min"})
        with rates:
            sent = [self.send(order=first).status_code for _ in range(4)]
            self.assertEqual(sent, [201, 201, 201, 429])
            self.assertEqual(self.send(order=second, client=other).status_code, 201)

    def test_a_persons_messages_are_counted_by_all_doors_and_of_all_orders(self) -> None:
        other = OrderFactory(user=self.ada)
        with mock.patch.multiple(rates, SENDS=0.3, SENDS_AT_ONCE=3):
            sent = [self.send(order=order).status_code for order in (self.order, other)]
            path = f"/orders/{self.order.pk}/conversation/"
            form = {"text": "Hello again", "cid": uuid4()}
            self.assertEqual([*sent, self.client.post(path, form).status_code], [201, 201, 303])
            refused = self.send("Nothing of this")
            self.assertEqual((refused.status_code, refused["Retry-After"]), (429, "4"))
            answer = self.client.post(path, form | {"text": "Nor this"})
            self.assertContains(answer, "wait a moment", status_code=429)
            self.assertContains(answer, "Nor this</textarea>", status_code=429)
            self.client.force_login(self.olive)
            self.assertEqual(self.send().status_code, 201)
        texts = [text for *_, text in self.timeline()[1:]]
        self.assertEqual(texts, ["Hello", "Hello again", "Hello"])


class RefusedTests(ConversationApiTestCase):
    def test_nobody_and_others_read_and_write_nothing(self) -> None:
        self.say("Hello")
        before = self.timeline()
        guests = OrderFactory(guest=True)
        for be, status in [
            (self.client.logout, 401),
            (lambda: self.client.force_login(OrderFactory().user), 404),
            (lambda: self.be_guest_of(guests), 401),
        ]:
            be()
            answers = [self.client.get(self.path()), self.send("Hi")]
            for what, ask in [
                ("read", self.client.put), ("read", self.client.post),
                ("chat-ticket", self.client.post),
            ]:  # fmt: skip
                answers.append(ask(self.path(what), {"upto": 1}, content_type=JSON))
            self.assertEqual([answer.status_code for answer in answers], [status] * 5)
            self.assertNotIn("Hello", answers[0].content.decode())
        self.assertEqual(self.timeline(), before)
        self.assertFalse(ReadCursor.objects.exists() or ChatTicket.objects.exists())

    def test_an_order_that_is_none_is_as_one_that_is_not_yours(self) -> None:
        theirs = self.client.get(self.path(order=OrderFactory()))
        none = self.client.get("/mobile-api/orders/123456789012/messages/")
        huge = self.client.get(f"/mobile-api/orders/{10**40}/messages/")
        for answer in (none, huge):
            self.assertEqual((answer.status_code, answer.json()), (404, theirs.json()))

    @override_settings(STAFF_SECOND_FACTOR=True)
    def test_staff_without_a_second_factor_are_nobody(self) -> None:
        self.say("Hello")
        self.client.force_login(self.olive)
        self.assertEqual(self.client.get(self.path()).status_code, 404)
        self.assertEqual(self.send().status_code, 404)
        self.assertEqual(len(self.timeline()), 2)


class ReadTests(ConversationApiTestCase):
    def read(self, upto: Any, method: str = "put") -> HttpResponse:
        ask = getattr(self.client, method)
        return ask(self.path("read"), {"upto": upto}, content_type=JSON)

    def test_it_goes_forward_and_never_back(self) -> None:
        self.say("Hello")
        for method, upto, wanted in [("put", 1, 1), ("post", 9, 2), ("put", 0, 2)]:
            answer = self.read(upto, method)
            self.assertEqual((answer.status_code, answer.json()), (200, {"upto": wanted}))

    def test_odd_numbers_are_refused(self) -> None:
        self.say("Hello")
        for upto in (-1, 2**31, 10**400, 1.5, True, None, "1", "x", [], {}):
            self.assertEqual(self.read(upto).status_code, 400, repr(upto)[:20])
        self.assertFalse(ReadCursor.objects.exists())


class TicketTests(ConversationApiTestCase):
    def ask(self) -> HttpResponse:
        return self.client.post(self.path("chat-ticket"))

    def test_it_is_for_who_asks_and_for_this_order(self) -> None:
        answer = self.ask()
        self.assertEqual((answer.status_code, answer.json()["expires_in"]), (201, 60))
        self.assertIn("no-store", answer["Cache-Control"])
        secret = answer.json()["ticket"]
        ticket = ChatTicket.objects.take(secret, order_id=self.order.pk)
        self.assertEqual((ticket.user_id, ticket.token_digest), (self.ada.pk, ""))

    def test_it_is_bound_to_the_token_that_it_was_asked_for_with(self) -> None:
        self.client.logout()
        for user in (self.ada, self.ada, self.olive):
            token = give_token(user=user)
            headers = {"Authorization": f"Token {token}"}
            answer = self.client.post(self.path("chat-ticket"), headers=headers)
            ticket = ChatTicket.objects.take(answer.json()["ticket"], order_id=self.order.pk)
            self.assertEqual((ticket.user_id, ticket.token_digest), (user.pk, hash_token(token)))

    def test_whoever_a_session_alone_lets_in_needs_none(self) -> None:
        guests = OrderFactory(guest=True)
        self.be_guest_of(guests)
        answers = [self.client.post(self.path("chat-ticket", guests))]
        self.client.force_login(self.olive)
        answers.append(self.ask())
        for answer in answers:
            self.assertEqual(answer.status_code, 403)
            self.assertIn("needs no ticket", answer.json()["detail"])
        self.assertFalse(ChatTicket.objects.exists())
