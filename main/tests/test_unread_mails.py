"""A reply that was not read is mailed after two minutes: once, and not if it was read meanwhile."""

from datetime import timedelta

from django.core import mail
from django.test import override_settings, tag
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main import emails
from main.actions.conversations import mark_read
from main.actions.unread_replies import MAIL_AFTER
from main.models import Conversation, Message, Order
from main.models.order_access import read_access_token
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import OrderFactory
from main.tests.support.queue_case import DATABASE_TASKS


@override_settings(TASKS=DATABASE_TASKS, SITE_URL="https://shop.example")
@tag("once")
class UnreadReplyTestCase(ConversationTestCase):
    def reply(self, text: str = "It leaves today.", *, order: Order | None = None) -> Message:
        return self.say(text, by=self.olive, order=order).message

    def read(self, upto: int = 2**31 - 1) -> None:
        mark_read(order_id=self.order.pk, reader=self.customer, upto=upto)

    def pass_time(self, delta: timedelta = MAIL_AFTER) -> None:
        """As if it were so much later, and the worker had gone on working."""
        for message in Message.objects.all():
            Message.objects.filter(pk=message.pk).update(at=message.at - delta)
        for conversation in Conversation.objects.exclude(mail_due_at=None):
            due = conversation.mail_due_at - delta
            Conversation.objects.filter(pk=conversation.pk).update(mail_due_at=due)
        for job in DBTaskResult.objects.all():
            DBTaskResult.objects.filter(pk=job.pk).update(run_after=job.run_after - delta)
        self.work()

    def work(self) -> None:
        """As the worker does, which would close the connection that this test's data is in."""
        while job := DBTaskResult.objects.ready().first():
            job.delete()
            job.task.call(**job.args_kwargs["kwargs"])


class WhenTests(UnreadReplyTestCase):
    def test_after_two_minutes_and_not_before(self) -> None:
        self.reply()
        self.pass_time(timedelta(seconds=115))
        self.assertEqual(mail.outbox, [])
        self.pass_time(timedelta(seconds=5))
        self.assertEqual([message.to for message in mail.outbox], [["ada@booktime.example"]])

    def test_once_however_often_it_is_looked_for(self) -> None:
        self.reply()
        for _ in range(4):
            self.pass_time()
        self.assertEqual(len(mail.outbox), 1)
        self.assertFalse(DBTaskResult.objects.exists())

    def test_not_if_it_was_read(self) -> None:
        self.reply()
        self.read()
        self.pass_time()
        self.assertEqual(mail.outbox, [])

    def test_what_came_after_what_was_read_is_mailed_alone(self) -> None:
        first = self.reply("One.")
        self.read(first.seq)
        self.reply("Two.")
        self.pass_time()
        (message,) = mail.outbox
        self.assertIn("Two.", message.body)
        self.assertNotIn("One.", message.body)

    def test_several_replies_are_one_mail(self) -> None:
        self.reply("One.")
        self.reply("Two.")
        self.pass_time()
        (message,) = mail.outbox
        self.assertLess(message.body.index("One."), message.body.index("Two."))

    def test_a_reply_after_the_mail_has_a_mail_of_its_own(self) -> None:
        self.reply("One.")
        self.pass_time()
        self.reply("Two.")
        self.pass_time()
        self.assertEqual(len(mail.outbox), 2)
        self.assertNotIn("One.", mail.outbox[1].body)

    def test_a_reply_shortly_before_the_look_waits_its_own_two_minutes(self) -> None:
        first = self.reply("One.")
        self.pass_time(timedelta(seconds=100))
        self.reply("Two.")
        self.read(first.seq)
        self.pass_time(timedelta(seconds=30))
        self.assertEqual(mail.outbox, [])
        self.pass_time(timedelta(seconds=90))
        self.assertEqual(len(mail.outbox), 1)

    def test_neither_facts_nor_the_customers_own_words_are_mailed(self) -> None:
        self.say("Hello")
        self.pass_time()
        self.assertFalse(DBTaskResult.objects.exists())
        self.assertEqual(mail.outbox, [])

    def test_what_is_read_while_the_mail_waits_to_be_sent_is_left_out(self) -> None:
        reply = self.reply("One.")
        self.reply("Two.")
        self.read(reply.seq)
        emails.send("replies_unread", order_id=self.order.pk, after=0, upto=reply.seq + 1)
        self.assertNotIn("One.", mail.outbox[0].body)
        self.read()
        emails.send("replies_unread", order_id=self.order.pk, after=0, upto=reply.seq + 1)
        self.assertEqual(len(mail.outbox), 1)


class WhatTests(UnreadReplyTestCase):
    def mailed(self, text: str, *, order: Order | None = None) -> tuple[str, str, str]:
        order = order or self.order
        reply = self.reply(text, order=order)
        emails.send("replies_unread", order_id=order.pk, after=0, upto=reply.seq)
        (message,) = mail.outbox
        return message.subject, message.body, message.alternatives[0].content

    def test_who_wrote_what_about_which_order(self) -> None:
        subject, text, html = self.mailed("It leaves today.\n\nWith kind regards")
        self.assertEqual(subject, f"A reply about your order {self.order.number}")
        self.assertIn("It leaves today.\n\nWith kind regards", text)
        self.assertIn("It leaves today.<br><br>With kind regards", html)
        number = f"<strong>{self.order.number}</strong>"
        self.assertIn(f"You may not have seen our reply about your order {number}:", html)
        for body in (text, html):
            self.assertIn("Olive Office", body)
            url = f"https://shop.example/orders/{self.order.pk}/conversation/#conversation"
            self.assertIn(url, body)
            self.assertNotIn(self.olive.email, body)

    def test_two_are_counted(self) -> None:
        self.reply("One.")
        self.assertEqual(self.mailed("Two.")[0], f"2 replies about your order {self.order.number}")

    def test_what_staff_type_is_text(self) -> None:
        _, text, html = self.mailed("<b>5 > 3</b> & so on")
        self.assertIn("<b>5 > 3</b> & so on", text)
        self.assertIn("&lt;b&gt;5 &gt; 3&lt;/b&gt; &amp; so on", html)

    def test_a_guests_link_needs_no_account(self) -> None:
        guests = OrderFactory(guest=True)
        _, text, html = self.mailed("It leaves today.", order=guests)
        token = text.partition("https://shop.example/orders/open/")[2].partition("/")[0]
        self.assertEqual(read_access_token(token), guests.pk)
        self.assertIn(f"{token}/#conversation", html)
        self.assertEqual(mail.outbox[0].to, [guests.email])

    def test_the_time_is_by_the_shops_clock(self) -> None:
        text = self.mailed("Hello")[1]
        local = timezone.localtime(Message.objects.get(role="staff").at)
        self.assertIn(f"Olive Office, {local:%-d %B, %H:%M}:", text)
