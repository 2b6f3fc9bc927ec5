"""The conversation over plain HTTP: for phones, blocked sockets, and pages without a socket."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from knox.crypto import hash_token

from main.actions.conversations import mark_read
from main.actions.tokens import give_token
from main.models import ChatTicket, Message, ReadCursor
from main.models.participants import staff
from main.tests.support.conversation_api_case import JSON, ConversationApiTestCase
from main.tests.support.factories import OrderFactory
from main.wording.messages import message_item


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
        self.assertEqual(answer["items"], [message_item(Message.objects.get(seq=130))])
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
