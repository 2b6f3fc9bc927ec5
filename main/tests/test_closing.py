"""A conversation is closed by who has seen all that the customer wrote: pages, action and race."""

import threading
from unittest import mock

from django.db import connections
from django.http import HttpResponse
from django.test import TransactionTestCase, tag

from main.actions import conversations, customer_service
from main.actions.customer_service import close_conversation
from main.errors import ConversationRefused
from main.models import Conversation
from main.models.conversations import ConversationQuerySet
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.customer_service_case import ask
from main.tests.support.factories import OrderFactory
from main.tests.support.needs import ON_POSTGRESQL

WORDS = "The customer has written in the meantime. Please read it first."


class ClosingTestCase(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.say("Hello")
        self.client.force_login(self.olive)
        self.path = f"/customer-service/{self.order.pk}/"

    def seen(self, query: str = "") -> int:
        page = self.client.get(self.path + query)
        seen = page.context["panel"].seen
        self.assertContains(page, f'<input type="hidden" name="seen" value="{seen}">', html=True)
        return seen

    def close(self, **fields) -> HttpResponse:
        return self.client.post(self.path, {"action": "close"} | fields)

    def assert_open(self, changed_at) -> None:
        conversation = self.conversation()
        self.assertIsNone(conversation.closed_at)
        self.assertIsNotNone(conversation.waiting_since)
        self.assertEqual(conversation.changed_at, changed_at)


@tag("door")
class CloseTests(ClosingTestCase):
    def test_who_has_seen_it_all_closes_it(self) -> None:
        self.assertEqual(self.close(seen=self.seen()).status_code, 303)
        self.assertIsNotNone(self.conversation().closed_at)

    def test_what_the_customer_wrote_meanwhile_is_looked_at_first(self) -> None:
        seen = self.seen()
        self.say("One more thing")
        before = self.conversation().changed_at
        response = self.close(seen=seen)
        self.assertContains(response, WORDS, status_code=409)
        self.assertContains(response, "One more thing", status_code=409)
        self.assert_open(before)
        # The page shows it now.
        self.assertEqual(response.context["panel"].seen, 3)
        self.assertEqual(self.close(seen=3).status_code, 303)

    def test_what_colleagues_wrote_or_what_happened_does_not_matter(self) -> None:
        seen = self.seen()
        self.say("Good morning", by=self.otto)
        self.assertEqual(self.close(seen=seen).status_code, 303)

    def test_a_page_of_earlier_ones_knows_what_was_seen_on_the_last(self) -> None:
        self.assertEqual(self.seen("?before=2"), 1)
        self.assertEqual(self.seen(), 2)
        self.assertEqual(self.seen("?before=2"), 2)

    def test_a_form_without_it_is_refused(self) -> None:
        before = self.conversation().changed_at
        for odd in (
            {},
            *({"seen": odd} for odd in ("", "x", "-1", "\x00", "2147483648", "9" * 99)),
        ):
            with self.subTest(odd):
                response = self.close(**odd)
                self.assertContains(response, "Please try again.", status_code=400)
                self.assert_open(before)

    def test_closed_already_it_stays_so(self) -> None:
        close_conversation(order_id=self.order.pk, seen=2)
        before = self.conversation().changed_at
        self.assertEqual(self.close(seen=0).status_code, 303)
        self.assertEqual(self.conversation().changed_at, before)

    def test_taking_is_not_offered_to_who_looks_after_it(self) -> None:
        for user, is_offered in [(self.otto, True), (self.olive, False)]:
            Conversation.objects.update(assignee=user)
            button = self.client.get(self.path).content.decode().split('value="take"')[1]
            self.assertEqual("hidden" in button.split("</button>")[0], not is_offered)


@tag("door")
@ON_POSTGRESQL
class ClosingRaces(TransactionTestCase):
    """The customer's message is on its way while somebody closes the conversation."""

    def race(self) -> Conversation:
        order = OrderFactory()
        ask(order, "Hello")
        is_checked, is_posted = threading.Event(), threading.Event()
        save = customer_service._save

        def late(conversation: Conversation) -> None:
            is_checked.set()
            is_posted.wait(0.5)  # under the lock in vain
            save(conversation)

        def post() -> None:
            is_checked.wait(5)
            ask(order, "One more thing")
            is_posted.set()
            connections.close_all()

        thread = threading.Thread(target=post)
        thread.start()
        with mock.patch.object(customer_service, "_save", late):
            close_conversation(order_id=order.pk, seen=2)
        thread.join(10)
        return Conversation.objects.get(pk=order.pk)

    def setUp(self) -> None:
        self.enterContext(mock.patch("main.gateways.nudges.publish"))

    def test_what_comes_as_it_is_closed_opens_it_again(self) -> None:
        conversation = self.race()
        self.assertIsNone(conversation.closed_at)
        self.assertIsNotNone(conversation.waiting_since)

    def test_without_the_lock_it_is_lost(self) -> None:
        with mock.patch.object(ConversationQuerySet, "locked", lambda rows: rows.all()):
            self.assertIsNotNone(self.race().closed_at)

    def test_what_came_before_it_got_the_lock_is_seen(self) -> None:
        order = OrderFactory()
        ask(order, "Hello")
        opened = conversations.open_conversation

        def late(**which) -> Conversation:
            """The customer is faster by a moment."""
            thread = threading.Thread(target=lambda: (ask(order, "More"), connections.close_all()))
            thread.start()
            thread.join(10)
            return opened(**which)

        with (
            mock.patch.object(customer_service, "open_conversation", late),
            self.assertRaises(ConversationRefused) as refused,
        ):
            close_conversation(order_id=order.pk, seen=2)
        self.assertEqual(str(refused.exception), WORDS)
        self.assertIsNone(Conversation.objects.get(pk=order.pk).closed_at)
