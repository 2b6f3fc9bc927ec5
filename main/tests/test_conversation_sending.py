"""Saying something on a customer's page without JavaScript: sent once, or kept and asked back."""

import re
from uuid import UUID, uuid4

from django.test import override_settings

from main.models import Message
from main.models.conversations import LONGEST
from main.tests.support.conversation_page_case import ConversationPageTestCase
from main.tests.support.factories import OrderFactory


class SendingTests(ConversationPageTestCase):
    def test_the_form_sends_and_leads_back(self) -> None:
        page = self.page(self.order_path)
        self.assertIn(f'method="post" action="{self.path}"', page)
        cid = re.search(r'name="cid" value="([^"]*)"', page)[1]
        response = self.send(" When will it be sent?\r\n\r\nAda ", cid=cid)
        self.assertEqual((response.status_code, response["Location"]), (303, f"{self.path}#last"))
        self.assertEqual(self.timeline()[1:], [(2, "customer", "When will it be sent?\n\nAda")])
        self.assertEqual(str(Message.objects.get(seq=2).cid), cid)

    def test_pressed_twice_it_is_said_once(self) -> None:
        cid = uuid4()
        for _ in range(2):
            self.assertEqual(self.send("Hello", cid=cid).status_code, 303)
        self.assertEqual(len(self.timeline()), 2)

    def test_gone_back_and_changed_it_is_asked_for_and_then_a_message_of_its_own(self) -> None:
        cid = uuid4()
        self.send("Hello", cid=cid)
        response = self.send("Good-bye", cid=cid)
        other = self.assert_refused(response, "Send this one as well?", status=409)
        self.assertContains(response, ">\nGood-bye</textarea>", status_code=409)
        self.assertNotEqual(other, str(cid))
        self.assertEqual(self.send("Good-bye", cid=other).status_code, 303)
        self.assertEqual([text for *_, text in self.timeline()[1:]], ["Hello", "Good-bye"])

    def test_what_is_no_message_is_refused_and_kept(self) -> None:
        cid = uuid4()
        for text, words in [
            ("", "Please write a message first."),
            (" \n ", "Please write a message first."),
            ("é" * (LONGEST + 1), "at most 4,000 characters; this one has 4,001."),
        ]:
            with self.subTest(words):
                response = self.send(text, cid=cid)
                self.assertEqual(self.assert_refused(response, words, status=400), str(cid))
                self.assertContains(response, text, status_code=400)
        self.assertEqual(self.timeline(), [])

    def test_the_longest_is_taken_whatever_line_ends_it_is_sent_with(self) -> None:
        text = "é" * 1999 + "\r\n" * 2 + "é" * 1999
        self.assertEqual(self.send(text).status_code, 303)
        self.assertEqual(len(Message.objects.get(seq=2).text), LONGEST)

    def test_a_key_that_went_missing_is_replaced_and_the_text_kept(self) -> None:
        for cid in ("nonsense", " "):
            response = self.send("Nothing of this", cid=cid)
            new = self.assert_refused(response, "send your message again", status=400)
            self.assertContains(response, ">\nNothing of this</textarea>", status_code=400)
            UUID(new)

    @override_settings(ACCOUNT_RATE_LIMITS={"message": "3/m/key"})
    def test_what_comes_too_fast_is_kept_for_later(self) -> None:
        for number in range(3):
            self.assertEqual(self.send(f"Message {number}").status_code, 303)
        response = self.send("Nothing of this")
        self.assert_refused(response, "wait a minute", status=429)
        self.assertContains(response, ">\nNothing of this</textarea>", status_code=429)

    def test_a_guest_sends_too(self) -> None:
        guests = OrderFactory(guest=True)
        self.be_guest_of(guests)
        path = f"/orders/{guests.pk}/conversation/"
        self.assertEqual(self.send("Hello", path=path).status_code, 303)
        message = Message.objects.of(guests.pk).get(seq=2)
        self.assertEqual((message.who, message.author_name), ("customer", guests.billing_name))

    def test_other_methods_are_refused(self) -> None:
        for method in ("put", "patch", "delete"):
            self.assertEqual(getattr(self.client, method)(self.path).status_code, 405)
