"""Saying something over plain HTTP: stored once, counted, refused in words for people."""

from unittest import mock
from uuid import uuid4

from django.test import Client

from main.actions.tokens import give_token
from main.gateways import rates
from main.models import Message
from main.models.conversations import LONGEST
from main.tests.support.conversation_api_case import JSON, ConversationApiTestCase
from main.tests.support.factories import OrderFactory
from main.wording.messages import message_item

URN = "urn:booktime:problem:"
TOO_LONG = "A message has at most 4,000 characters; this one has 4,001."


class SendingTests(ConversationApiTestCase):
    def test_it_is_stored_and_answered_with(self) -> None:
        key = uuid4()
        response = self.send("When will it be sent?", key=key)
        message = Message.objects.get(cid=key)
        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json(), message_item(message) | {"dup": False})
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
            ("", "empty", "Please write a message first."),
            (" \n", "empty", "Please write a message first."),
            ("a" * (LONGEST + 1), "too_long", TOO_LONG),
            ("\x00\ud800", "empty", "Please write a message first."),
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
        # The clock stands still: a slow machine would have won back a part of a message.
        still = mock.Mock(monotonic=lambda: 0.0)
        with mock.patch.multiple(rates, SENDS=0.3, SENDS_AT_ONCE=3, time=still):
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
