"""The demo shop's conversations: written once, in the past, with somebody who waits."""

from datetime import timedelta

from django.core import mail
from django.test import TestCase, tag
from django.utils import timezone

from main.actions.unread_replies import mail_unread_replies
from main.demo.conversations import READY, TALKS, load_conversations
from main.demo.orders import load_people
from main.models import CannedReply, Conversation, Message, Order, Role
from main.models.canned_replies import check_placeholders
from main.reports.customer_service import read_open_conversations
from main.tests.support.customer_service_case import ask
from main.tests.support.factories import EmployeeFactory, ProductFactory

BOOKS = [
    "Meditations", "The Odyssey", "Tao Te Ching", "The Tale of Genji", "The Travels", "Hamlet",
    "Reading Journal", "Crime and Punishment", "Pride and Prejudice",
]  # fmt: skip


@tag("once")
class DemoConversationTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        for name in BOOKS:
            ProductFactory(name=name, stock=30)
        load_people()
        cls.written = load_conversations()

    def test_every_one_is_written_once(self):
        self.assertEqual(self.written, len(TALKS))
        said = Message.objects.filter(kind=Message.Kind.TEXT)
        self.assertEqual(said.count(), sum(len(talk.lines) for talk in TALKS))
        self.assertEqual(load_conversations(), 0)
        self.assertEqual(said.count(), sum(len(talk.lines) for talk in TALKS))

    def test_what_somebody_said_meanwhile_is_left_alone(self):
        Message.objects.filter(kind=Message.Kind.TEXT).delete()
        order = Order.objects.filter(email="margit@booktime.example").first()
        ask(order, "Is anybody there?")
        self.assertEqual(load_conversations(), len(TALKS) - 1)
        self.assertEqual(
            Message.objects.of(order.pk).get(kind=Message.Kind.TEXT).seq, order.conversation.head
        )

    def test_it_lies_in_the_past_in_the_order_of_its_numbers(self):
        now = timezone.now()
        for conversation in Conversation.objects.all():
            messages = list(conversation.messages.order_by("seq"))
            moments = [message.at for message in messages]
            self.assertEqual(moments, sorted(moments))
            self.assertLess(moments[-1], now)
            self.assertEqual([message.seq for message in messages], [*range(1, len(messages) + 1)])
            self.assertEqual(conversation.head, len(messages))

    def test_some_wait_some_are_looked_after_some_are_closed(self):
        rows = read_open_conversations(reader_id=EmployeeFactory().pk).rows
        self.assertEqual(
            sorted((bool(row["waiting_since"]), bool(row["assignee"])) for row in rows),
            [(False, True), (True, False), (True, False), (True, True)],
        )
        self.assertEqual(Conversation.objects.exclude(closed_at=None).count(), 2)
        for conversation in Conversation.objects.waiting():
            unanswered = conversation.messages.filter(seq__gt=_last_reply(conversation))
            first = unanswered.filter(role=Role.CUSTOMER).order_by("seq").first()
            self.assertEqual(conversation.waiting_since, first.at)

    def test_how_long_the_customers_waited_is_known(self):
        waits = Message.objects.filter(waited__isnull=False).values_list("waited", flat=True)
        minutes = sorted(wait / timedelta(minutes=1) for wait in waits)
        self.assertEqual(minutes, [2, 7, 12, 18, 25])

    def test_nobody_is_mailed_about_a_reply(self):
        for conversation in Conversation.objects.all():
            self.assertIsNone(conversation.mail_due_at)
            with self.captureOnCommitCallbacks(execute=True):
                mail_unread_replies(order_id=conversation.pk)
            conversation.refresh_from_db()
            self.assertIsNone(conversation.mail_due_at)
        self.assertEqual(mail.outbox, [])

    def test_the_replies_kept_ready_name_facts_that_there_are(self):
        self.assertEqual(CannedReply.objects.count(), len(READY))
        for text in READY.values():
            check_placeholders(text)


def _last_reply(conversation: Conversation) -> int:
    replies = conversation.messages.filter(role=Role.STAFF).order_by("-seq")
    return replies.values_list("seq", flat=True).first() or 0
