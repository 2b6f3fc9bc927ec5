"""What is said about an order, and what happened to it: one numbered timeline."""

from datetime import UTC, datetime
from unittest import mock
from uuid import uuid4

from django.test import SimpleTestCase
from django.utils import timezone

from main.actions.conversations import mark_read, record_fact
from main.actions.payments import mark_order_paid
from main.errors import MessageRefused
from main.models import Conversation, Message, ReadCursor
from main.models.conversations import LONGEST, clean_text, iso
from main.models.participants import customer_of, staff
from main.reports.conversations import read_standing
from main.sockets import timeline
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import OrderFactory, OrderLineFactory, ProductFactory
from main.wording.messages import message_item

PLACED = (1, "system", "The order was placed.")


class CleanTextTests(SimpleTestCase):
    def test_line_ends_are_of_one_kind_and_the_ends_are_bare(self) -> None:
        self.assertEqual(clean_text(" \r\n a\r\nb\rc\td \n"), "a\nb\nc\td")

    def test_what_is_no_message_is_refused_with_its_reason(self) -> None:
        for text, code in [
            ("", "empty"), (" \n\t ", "empty"), ("a" * (LONGEST + 1), "too_long"),
            ("\x00\x1b\ud83e \x7f", "empty"), (None, "bad_text"), (5, "bad_text"), ([], "bad_text"),
        ]:  # fmt: skip
            with self.subTest(repr(text)[:20]), self.assertRaises(MessageRefused) as refused:
                clean_text(text)
            self.assertEqual(refused.exception.code, code)

    def test_what_shows_nothing_is_none_and_within_a_text_it_stays(self) -> None:
        # Joiners, a byte order mark, blanks of Hangul and Braille, a variant, a hyphen, a tag.
        for text in ("\u200b", "\u200d \u2060", "\ufeff\n\ufeff", "\u3164", "\u2800", "\ufe0f",
                     "\u00ad", "\u202e\u2066", "\U000e0041"):  # fmt: skip
            with self.subTest(ascii(text)), self.assertRaises(MessageRefused) as refused:
                clean_text(text)
            self.assertEqual(refused.exception.code, "empty")
        for text in ("👩\u200d👩\u200d👧", "❤\ufe0f", "a\u200bb", "می\u200cخواهم"):
            self.assertEqual(clean_text(text), text)

    def test_what_cannot_be_shown_is_left_out(self) -> None:
        for text, kept in [
            ("a\x00b\x1b[31m", "ab[31m"), ("\x7fa\x80b\x9f", "ab"), ("a\ud83eb\udd80", "ab"),
            ("a\x0bb\x0cc\x85d", "a\nb\nc\nd"), ("a\tb\nc", "a\tb\nc"),
            ("\x00 a\x00 " + "\x00" * LONGEST, "a"), ("\x00" + "é" * LONGEST, "é" * LONGEST),
        ]:  # fmt: skip
            with self.subTest(repr(text)[:20]):
                self.assertEqual(clean_text(text), kept)

    def test_four_thousand_characters_of_any_plane_are_taken(self) -> None:
        self.assertEqual(clean_text("🦀" * LONGEST), "🦀" * LONGEST)

    def test_times_are_written_in_utc_to_the_millisecond(self) -> None:
        at = datetime(2026, 7, 1, 12, 0, 0, 98_765, tzinfo=UTC).astimezone()
        self.assertEqual(iso(at), "2026-07-01T12:00:00.098Z")


class PostMessageTests(ConversationTestCase):
    def test_the_first_message_follows_that_the_order_was_placed(self) -> None:
        posted = self.say("When will it be sent?")
        self.assertEqual((posted.message.seq, posted.is_repeat), (2, False))
        self.assertEqual(self.timeline(), [PLACED, (2, "customer", "When will it be sent?")])
        placed = Message.objects.of(self.order.pk).get(seq=1)
        self.assertEqual((placed.at, placed.fact), (self.order.created_at, "placed"))

    def test_each_has_the_next_number_and_the_conversation_the_last(self) -> None:
        for number in range(3):
            self.say(f"Message {number}")
        self.say("Hello", by=self.olive)
        self.assertEqual([seq for seq, *_ in self.timeline()], [1, 2, 3, 4, 5])
        self.assertEqual(self.conversation().head, 5)

    def test_numbers_of_another_order_are_its_own(self) -> None:
        self.say("Hello")
        other = OrderFactory()
        self.assertEqual(self.say("Hello", order=other).message.seq, 2)

    def test_an_item_says_who_and_when(self) -> None:
        cid = uuid4()
        message = self.say("Hello", by=self.olive, cid=cid).message
        self.assertEqual(
            message_item(message),
            {
                "seq": 2, "id": message.pk, "cid": str(cid), "kind": "text", "fact": None,
                "who": f"staff-{self.olive.pk}", "author": "Olive Office", "role": "staff",
                "text": "Hello", "at": iso(message.at),
            },
        )  # fmt: skip

    def test_sent_again_it_is_the_same_message(self) -> None:
        cid = uuid4()
        first = self.say("Hello", cid=cid)
        self.say("Between")
        again = self.say(" He\x00llo\r\n\ud83e", cid=cid)
        self.assertEqual((again.message.pk, again.message.seq), (first.message.pk, 2))
        self.assertTrue(again.is_repeat)
        self.assertEqual(self.conversation().head, 3)

    def test_a_repeat_is_told_to_nobody(self) -> None:
        cid = uuid4()
        self.say("Hello", cid=cid)
        with self.captureOnCommitCallbacks() as pushes:
            self.say("Hello", cid=cid)
        self.assertEqual(pushes, [])

    def test_a_cid_is_not_taken_for_another_text_or_by_another_person(self) -> None:
        cid = uuid4()
        self.say("Hello", cid=cid)
        before = self.timeline()
        for text, by in [("Good-bye", None), ("Hello", self.olive)]:
            with self.subTest(text), self.assertRaises(MessageRefused) as refused:
                self.say(text, cid=cid, by=by)
            self.assertEqual(refused.exception.code, "cid_taken")
        self.assertEqual(self.timeline(), before)
        self.assertEqual(self.conversation().head, 2)

    def test_the_same_cid_about_another_order_is_another_message(self) -> None:
        cid = uuid4()
        self.say("Hello", cid=cid)
        self.assertFalse(self.say("Bonjour", cid=cid, order=OrderFactory()).is_repeat)

    def test_refused_nothing_is_written(self) -> None:
        for text in ("", "a" * (LONGEST + 1), "\x00"):
            with self.assertRaises(MessageRefused):
                self.say(text)
        self.assertFalse(Conversation.objects.filter(pk=self.order.pk).exists())

    def test_a_guest_is_the_customer_too(self) -> None:
        guests = OrderFactory(guest=True)
        message = self.say("Hello", order=guests).message
        self.assertEqual((message.who, message.author_id), ("customer", None))
        self.assertEqual(message.author_name, "Ada Reader")

    def test_who_may_be_told_is_told_once(self) -> None:
        with (
            mock.patch("main.gateways.nudges.publish") as publish,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.say("Hello")
            publish.assert_not_called()
        group = f"conversation.{self.order.pk}"
        changed = {"type": "desk.changed", "order_id": self.order.pk}
        head = {"type": "conversation.head", "order_id": self.order.pk, "seq": 2}
        nudges = [(group, head), ("desk", changed)]
        self.assertEqual([call.args for call in publish.call_args_list], nudges)


class TurnTests(ConversationTestCase):
    def test_what_sockets_are_told_after_a_message_is_what_a_fresh_read_says(self) -> None:
        self.say("Hello")
        told = read_standing(self.order.pk)
        waits = {"assignee": None, "closed": False, "waiting_since": mock.ANY}
        self.assertEqual(told.conversation, waits)
        olive = {"who": f"staff-{self.olive.pk}", "name": "Olive Office"}
        for say, waiting, assignee in [
            (lambda: self.say("Are you there?"), True, None),
            (lambda: self.say("Yes", by=self.olive), False, olive),
            (lambda: self.say("So am I", by=self.otto), False, olive),
            (self.close_silently, False, olive),
            (self.record_fact, False, olive),
            (lambda: self.say("Thank you"), True, olive),
            (lambda: self.say("And"), True, olive),
            (self.close_silently, True, olive),
            (lambda: self.say("Good-bye", by=self.otto), False, olive),
        ]:
            message = say()
            fresh = read_standing(self.order.pk)
            told = timeline.followed_by(told, message_item(message)) if message else fresh
            self.assertEqual((told.head, told.conversation), (fresh.head, fresh.conversation))
            self.assertEqual(bool(fresh.conversation["waiting_since"]), waiting)
            self.assertEqual(fresh.conversation["assignee"], assignee)

    def say(self, text: str, **how) -> Message:
        return super().say(text, **how).message

    def record_fact(self) -> Message:
        values = {"invoice": "INV-2026-00001"}
        return record_fact(order_id=self.order.pk, fact=Message.Fact.PAID, values=values)

    def close_silently(self) -> None:
        Conversation.objects.filter(pk=self.order.pk).update(closed_at=timezone.now())


class FilledInTests(ConversationTestCase):
    def setUp(self) -> None:
        book = ProductFactory(name="Emma {my_name}", stock=3)
        OrderLineFactory(order=self.order, product=book)

    def test_staffs_facts_are_those_of_the_moment(self) -> None:
        text = "{customer_name}: {order_number} is {status}, {stock}. {unknown} {} {my_name}"
        self.assertEqual(
            self.say(text, by=self.olive).message.text,
            f"Ada Reader: {self.order.number} is to be paid, Emma {{my_name}}: 3 in stock. "
            "{unknown} {} Olive Office",
        )

    def test_a_customers_braces_stay(self) -> None:
        self.assertEqual(self.say("{status}?").message.text, "{status}?")

    def test_sent_again_after_the_facts_changed_it_is_the_same_message(self) -> None:
        cid = uuid4()
        self.say("It is {status}.", by=self.olive, cid=cid)
        mark_order_paid(order_id=self.order.pk)
        again = self.say("It is {status}.", by=self.olive, cid=cid)
        self.assertEqual((again.message.text, again.is_repeat), ("It is to be paid.", True))


class ReadCursorTests(ConversationTestCase):
    def setUp(self) -> None:
        for _ in range(4):
            self.say("Hello")

    def read(self, upto: int) -> int:
        return mark_read(order_id=self.order.pk, reader=self.customer, upto=upto)

    def test_it_goes_forward_to_the_head_and_never_back(self) -> None:
        self.assertEqual(
            [self.read(upto) for upto in (2, 1, 0, -5, 3, 2**31 - 1, 4)], [2] * 4 + [3, 5, 5]
        )
        self.assertEqual(ReadCursor.objects.get().upto, 5)

    def test_each_of_the_staff_has_their_own_and_the_customer_one(self) -> None:
        self.read(5)
        mark_read(order_id=self.order.pk, reader=staff(self.olive), upto=3)
        mark_read(order_id=self.order.pk, reader=staff(self.otto), upto=1)
        guest = customer_of(self.order, mock.Mock(pk=None))
        self.assertEqual(mark_read(order_id=self.order.pk, reader=guest, upto=1), 5)
        cursors = {cursor.who: cursor.upto for cursor in ReadCursor.objects.all()}
        olive, otto = (f"staff-{each.pk}" for each in (self.olive, self.otto))
        self.assertEqual(cursors, {"customer": 5, olive: 3, otto: 1})

    def test_the_other_side_is_told_of_what_is_new_alone(self) -> None:
        with (
            mock.patch("main.gateways.nudges.publish") as publish,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.read(3)
            self.read(2)
        group, told = publish.call_args_list[0].args
        self.assertEqual(group, f"conversation.{self.order.pk}")
        self.assertEqual((told["who"], told["upto"]), ("customer", 3))
        self.assertEqual(publish.call_count, 2)  # and customer service
