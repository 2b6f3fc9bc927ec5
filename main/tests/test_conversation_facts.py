"""What happens around a conversation: who waits, facts of the order, who is looking after it."""

from datetime import datetime, timedelta
from unittest import mock
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from main.actions.conversations import join_conversation
from main.actions.customer_service import (
    close_conversation,
    hand_over_conversation,
    reopen_conversation,
    take_conversation,
)
from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import ConversationRefused, MessageRefused, MoveRefused
from main.models import Conversation, Message, Order, OrderLine, User
from main.models.participants import staff
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.customer_service_case import close
from main.tests.support.factories import DispatcherFactory, OrderFactory, OrderLineFactory


class Interrupted(Exception):
    """What a test raises to roll a transaction back."""


# Always open: a wait is counted whenever the tests are run.
ALWAYS = {day: [(datetime.min.time(), datetime.max.time())] for day in range(7)}


@override_settings(OPENING_HOURS=ALWAYS)
class WaitingTests(ConversationTestCase):
    def test_the_customer_waits_since_the_first_message_that_was_not_answered(self) -> None:
        first = self.say("Hello").message
        self.say("Anybody there?")
        conversation = self.conversation()
        self.assertEqual(conversation.waiting_since, first.at)
        self.assertEqual(
            (conversation.last_role, conversation.last_text), ("customer", "Anybody there?")
        )

    def test_a_reply_ends_the_wait_and_knows_how_long_it_was(self) -> None:
        self.say("Hello")
        before = timezone.now() - timedelta(minutes=12)
        Conversation.objects.update(waiting_since=before)
        reply = self.say("Good morning", by=self.olive).message
        self.assertAlmostEqual(reply.waited, timedelta(minutes=12), delta=timedelta(seconds=5))
        self.assertIsNone(self.conversation().waiting_since)
        self.assertIsNone(self.say("One more thing", by=self.olive).message.waited)

    def test_who_answers_first_looks_after_it(self) -> None:
        self.say("Hello")
        self.say("Good morning", by=self.olive)
        self.say("I can help, too", by=self.otto)
        self.assertEqual(self.conversation().assignee, self.olive)

    def test_what_happens_to_the_order_is_no_answer(self) -> None:
        self.say("Hello")
        mark_order_paid(order_id=self.order.pk)
        self.assertIsNotNone(self.conversation().waiting_since)
        self.assertEqual(self.conversation().last_text, "Hello")

    def test_closed_nobody_waits_and_a_further_word_opens_it_again(self) -> None:
        self.say("Hello")
        close(self.order)
        closed = self.conversation()
        self.assertEqual((closed.waiting_since, closed.closed_at is None), (None, False))
        self.assertFalse(Conversation.objects.open().exists())
        again = self.say("Still there?").message
        opened = self.conversation()
        self.assertEqual((opened.waiting_since, opened.closed_at), (again.at, None))
        self.assertEqual(Conversation.objects.open().get(), opened)

    def test_the_most_urgent_first(self) -> None:
        """Who waits; of those the earliest dispatch; then the longest wait."""
        now = timezone.now()
        orders = {name: OrderFactory() for name in ("late", "soon", "long", "short", "answered")}
        for order in orders.values():
            self.say("Hello", order=order)
        self.say("Yes?", by=self.olive, order=orders["answered"])
        for name, days in (("late", 2), ("soon", 1)):
            Order.objects.filter(pk=orders[name].pk).update(
                status=Order.Status.PAID, dispatch_by=now + timedelta(days=days)
            )
        # A deadline counts while there is something to send.
        done = {"status": Order.Status.DONE, "dispatch_by": now - timedelta(days=9)}
        Order.objects.filter(pk=orders["short"].pk).update(**done)
        Conversation.objects.filter(pk=orders["long"].pk).update(
            waiting_since=now - timedelta(hours=1)
        )
        found = [each.pk for each in Conversation.objects.most_urgent_first()]
        wanted = ("soon", "late", "long", "short", "answered")
        self.assertEqual(found, [orders[name].pk for name in wanted])


class FactTests(ConversationTestCase):
    def setUp(self) -> None:
        self.emma = OrderLineFactory(order=self.order, name="Emma", quantity=2)
        self.utopia = OrderLineFactory(order=self.order, name="Utopia")

    def facts(self) -> list[tuple[str, str]]:
        messages = Message.objects.of(self.order.pk).order_by("seq")
        return [(message.fact, message.text) for message in messages]

    def move(self, line: OrderLine, status: OrderLine.Status) -> None:
        move_order_lines(order_id=self.order.pk, line_ids=[line.pk], status=status, may_refund=True)

    def test_what_happened_and_what_was_said_are_one_timeline(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        self.say("When will it be sent?")
        self.move(self.emma, OrderLine.Status.SENT)
        self.say("Thank you!")
        self.move(self.emma, OrderLine.Status.CANCELLED)
        invoice, note = self.order.invoices.order_by("pk")
        self.assertEqual(
            self.facts(),
            [
                ("placed", "The order was placed."),
                ("paid", f"The payment arrived. Invoice: {invoice.number}."),
                ("", "When will it be sent?"),
                ("sent", "Sent: 2 × Emma."),
                ("", "Thank you!"),
                ("cancelled", "Cancelled: 2 × Emma."),
                ("refunded", f"£16.98 will be paid back. Credit note: {note.number}."),
            ],
        )
        self.assertEqual([seq for seq, *_ in self.timeline()], [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(self.conversation().head, 7)

    def test_a_payment_that_was_none_and_a_cancelled_order(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        revoke_payment(order_id=self.order.pk)
        cancel_order(order_id=self.order.pk)
        facts = [fact for fact, _ in self.facts()]
        self.assertEqual(facts, ["placed", "paid", "unpaid", "cancelled"])

    def test_a_line_marked_sent_once_more_is_told_once(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        for status in (OrderLine.Status.SENT, OrderLine.Status.PROCESSING, OrderLine.Status.SENT):
            self.move(self.emma, status)
        self.assertEqual([fact for fact, _ in self.facts()].count("sent"), 1)

    def test_what_is_rolled_back_is_not_told(self) -> None:
        with self.assertRaises(Interrupted), transaction.atomic():
            mark_order_paid(order_id=self.order.pk)
            self.assertEqual(len(self.facts()), 2)
            raise Interrupted
        self.assertEqual(self.facts(), [])
        self.assertEqual(self.say("Hello").message.seq, 2)

    def test_what_is_refused_is_not_told(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        before = self.facts()
        with self.assertRaises(MoveRefused):
            mark_order_paid(order_id=self.order.pk)
        self.assertEqual(self.facts(), before)

    def test_without_its_fact_nothing_happens_to_the_order(self) -> None:
        with (
            mock.patch(
                "main.actions.conversations.Message.objects.create", side_effect=Interrupted
            ),
            self.assertRaises(Interrupted),
        ):
            mark_order_paid(order_id=self.order.pk)
        self.order.refresh_from_db()
        self.assertEqual(self.order.status, Order.Status.NEW)
        self.assertFalse(self.order.invoices.exists())

    def test_the_database_itself_keeps_numbers_apart(self) -> None:
        first = self.say("Hello").message
        first.pk, first.cid = None, uuid4()
        with self.assertRaises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)


class LookingAfterTests(ConversationTestCase):
    def last_spoken_to(self) -> User | None:
        self.order.refresh_from_db()
        return self.order.last_spoken_to

    def test_who_joins_is_whom_the_customer_spoke_to_last(self) -> None:
        join_conversation(order_id=self.order.pk, author=staff(self.olive))
        self.assertEqual(self.last_spoken_to(), self.olive)
        self.say("Hello")
        self.assertEqual(self.last_spoken_to(), self.olive)

    def test_who_says_something_is_the_last_and_who_is_refused_is_not(self) -> None:
        self.say("It is on its way.", by=self.olive)
        with self.assertRaises(MessageRefused):
            self.say("{dispatch_by}", by=self.otto)
        self.assertEqual(self.last_spoken_to(), self.olive)
        self.say("It is.", by=self.otto)
        self.assertEqual(self.last_spoken_to(), self.otto)

    def test_taken_handed_over_and_taken_back(self) -> None:
        ways = [
            (take_conversation, self.olive),
            (hand_over_conversation, self.otto),
            (take_conversation, self.olive),
        ]
        for act, user in ways:
            act(order_id=self.order.pk, user_id=user.pk)
            self.assertEqual(self.conversation().assignee, user)

    def test_it_is_handed_over_to_customer_service_alone(self) -> None:
        take_conversation(order_id=self.order.pk, user_id=self.olive.pk)
        for user_id in (self.ada.pk, DispatcherFactory().pk, 2**40):
            with self.subTest(user_id), self.assertRaises(ConversationRefused):
                hand_over_conversation(order_id=self.order.pk, user_id=user_id)
        self.assertEqual(self.conversation().assignee, self.olive)

    def test_closed_it_is_taken_by_nobody_until_it_is_reopened(self) -> None:
        close_conversation(order_id=self.order.pk, seen=0)
        with self.assertRaises(ConversationRefused):
            take_conversation(order_id=self.order.pk, user_id=self.olive.pk)
        self.assertIsNone(self.conversation().assignee)
        reopen_conversation(order_id=self.order.pk, user_id=self.otto.pk)
        conversation = self.conversation()
        self.assertEqual((conversation.assignee, conversation.closed_at), (self.otto, None))
