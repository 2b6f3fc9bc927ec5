"""What is said about an order, and what happened to it: one numbered timeline."""

from datetime import UTC, datetime, timedelta
from unittest import mock
from uuid import uuid4

from django.test import SimpleTestCase
from django.utils import timezone

from main.actions.conversations import mark_read
from main.actions.orders import mark_order_paid
from main.errors import MessageRefused
from main.models import ChatTicket, Conversation, Message, ReadCursor
from main.models.conversations import LONGEST, clean_text, iso
from main.participants import customer_of, staff
from main.tests.conversation_case import ConversationTestCase
from main.tests.factories import OrderFactory, OrderLineFactory, ProductFactory

PLACED = (1, "system", "The order was placed.")


class CleanTextTests(SimpleTestCase):
    def test_line_ends_are_of_one_kind_and_the_ends_are_bare(self) -> None:
        self.assertEqual(clean_text(" \r\n a\r\nb\rc\td \n"), "a\nb\nc\td")

    def test_what_is_no_message_is_refused_with_its_reason(self) -> None:
        for text, code in [
            ("", "empty"), (" \n\t ", "empty"), ("a" * (LONGEST + 1), "too_long"),
            ("a\x00", "bad_text"), ("a\x1b[31m", "bad_text"), ("\ud83e", "bad_text"),
            (None, "bad_text"), (5, "bad_text"), ([], "bad_text"),
        ]:  # fmt: skip
            with self.subTest(repr(text)[:20]), self.assertRaises(MessageRefused) as refused:
                clean_text(text)
            self.assertEqual(refused.exception.code, code)

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
            message.item,
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
        again = self.say(" Hello\r\n", cid=cid)
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
            mock.patch("main.gateways.layer.publish") as publish,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.say("Hello")
            publish.assert_not_called()
        group = f"conversation.{self.order.pk}"
        desk = {"type": "desk.changed", "order_id": self.order.pk}
        head = {"type": "conversation.head", "order_id": self.order.pk, "seq": 2}
        nudges = [(group, head), ("desk", desk)]
        self.assertEqual([call.args for call in publish.call_args_list], nudges)


class FilledInTests(ConversationTestCase):
    def setUp(self) -> None:
        book = ProductFactory(name="Emma {my_name}", stock=3)
        OrderLineFactory(order=self.order, product=book)

    def test_staffs_facts_are_those_of_the_moment(self) -> None:
        text = "{customer_name}: {order_number} is {status}, {stock}. {unknown} {} {my_name}"
        self.assertEqual(
            self.say(text, by=self.olive).message.text,
            f"Ada Reader: {self.order.number} is new, Emma {{my_name}}: 3 in stock. "
            "{unknown} {} Olive Office",
        )

    def test_a_customers_braces_stay(self) -> None:
        self.assertEqual(self.say("{status}?").message.text, "{status}?")

    def test_sent_again_after_the_facts_changed_it_is_the_same_message(self) -> None:
        cid = uuid4()
        self.say("It is {status}.", by=self.olive, cid=cid)
        mark_order_paid(order_id=self.order.pk)
        again = self.say("It is {status}.", by=self.olive, cid=cid)
        self.assertEqual((again.message.text, again.is_repeat), ("It is new.", True))


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
            mock.patch("main.gateways.layer.publish") as publish,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.read(3)
            self.read(2)
        group, told = publish.call_args_list[0].args
        self.assertEqual(group, f"conversation.{self.order.pk}")
        self.assertEqual((told["who"], told["upto"]), ("customer", 3))
        self.assertEqual(publish.call_count, 2)  # and the desk


class ChatTicketTests(ConversationTestCase):
    def setUp(self) -> None:
        self.secret = ChatTicket.objects.give(user_id=self.ada.pk, order_id=self.order.pk)

    def take(self, secret: str, order_id: int | None = None) -> int | None:
        return ChatTicket.objects.take(secret, order_id=order_id or self.order.pk)

    def test_it_is_good_once(self) -> None:
        self.assertEqual([self.take(self.secret), self.take(self.secret)], [self.ada.pk, None])

    def test_it_is_good_for_its_order_alone(self) -> None:
        self.assertIsNone(self.take(self.secret, OrderFactory().pk))
        self.assertEqual(self.take(self.secret), self.ada.pk)

    def test_it_is_good_for_a_minute_and_then_forgotten(self) -> None:
        ChatTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        self.assertIsNone(self.take(self.secret))
        ChatTicket.objects.give(user_id=self.ada.pk, order_id=self.order.pk)
        self.assertEqual(ChatTicket.objects.count(), 1)

    def test_what_is_stored_opens_nothing(self) -> None:
        stored = ChatTicket.objects.get().digest
        self.assertNotIn(self.secret, stored)
        for odd in (stored, "", "x", "\ud800", "\x00"):
            self.assertIsNone(self.take(odd))
