"""What staff's words in braces become: true in every state of an order, or refused."""

from datetime import timedelta
from uuid import uuid4

from django.test import tag
from django.utils import timezone

from main.demo.conversations import READY
from main.errors import MessageRefused
from main.models import Message, Order, OrderLine
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import OrderLineFactory

NONE = "This order has no dispatch date. Please write it yourself."
PASSED = "This order’s dispatch date has passed. Please write it yourself."
BY = "We send it by {dispatch_by}."


@tag("door")
class ReplyFactTests(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.line = OrderLineFactory(order=self.order, product__name="Emma", product__stock=3)

    def stand(self, status: Order.Status, *, days: int | None = 3) -> None:
        by = timezone.now() + timedelta(days=days) if days is not None else None
        Order.objects.filter(pk=self.order.pk).update(status=status, dispatch_by=by)
        self.order.refresh_from_db()

    def reply(self, text: str) -> str:
        return self.say(text, by=self.olive).message.text

    def test_the_state_is_in_the_customers_words(self) -> None:
        words = ["to be paid", "paid", "sent", "cancelled"]
        for status, wanted in zip(Order.Status, words, strict=True):
            self.stand(status)
            self.assertEqual(self.reply("It is {status}."), f"It is {wanted}.")
        self.stand(Order.Status.PAID)
        OrderLineFactory(order=self.order, status=OrderLine.Status.SENT)
        self.assertEqual(self.reply("It is {status}."), "It is partly sent.")

    def test_the_day_of_dispatch_is_said_while_it_is_ahead(self) -> None:
        self.stand(Order.Status.PAID)
        day = f"{timezone.localtime(self.order.dispatch_by):%-d %B}"
        self.assertEqual(self.reply(BY), f"We send it by {day}.")

    def test_where_there_is_no_such_day_nothing_is_sent(self) -> None:
        paid = Order.Status.PAID
        others = [(status, 3, NONE) for status in Order.Status if status != paid]
        for status, days, words in [*others, (paid, None, NONE), (paid, -1, PASSED)]:
            with self.subTest(status=status, days=days):
                self.stand(status, days=days)
                with self.assertRaises(MessageRefused) as refused:
                    self.reply(BY)
                self.assertEqual(
                    (refused.exception.code, str(refused.exception)), ("no_fact", words)
                )
        self.assertEqual(self.timeline(), [])

    def test_a_customer_may_write_it(self) -> None:
        self.assertEqual(self.say("{dispatch_by}?").message.text, "{dispatch_by}?")

    def test_sent_again_when_the_day_has_passed_it_is_the_same_message(self) -> None:
        cid = uuid4()
        self.stand(Order.Status.PAID)
        first = self.say(BY, by=self.olive, cid=cid).message
        self.stand(Order.Status.DONE)
        again = self.say(BY, by=self.olive, cid=cid)
        self.assertEqual((again.message.text, again.is_repeat), (first.text, True))

    def test_in_the_form_the_reply_stays_with_the_reason(self) -> None:
        self.client.force_login(self.olive)
        fields = {"action": "send", "text": BY, "cid": str(uuid4())}
        response = self.client.post(f"/customer-service/{self.order.pk}/", fields)
        self.assertContains(response, NONE, status_code=400)
        self.assertContains(response, f">\n{BY}</textarea>", status_code=400)

    def test_the_demos_replies_are_filled_in_in_every_state_or_refused(self) -> None:
        for status in Order.Status:
            for name, text in READY.items():
                with self.subTest(name, status=status):
                    self.stand(status)
                    if name == "When it leaves" and status != Order.Status.PAID:
                        with self.assertRaises(MessageRefused):
                            self.reply(text)
                    else:
                        self.assertNotRegex(self.reply(text), "[{}]|soon$|  ")

    def test_the_demos_replies_read_well(self) -> None:
        self.stand(Order.Status.PAID)
        number = self.order.number
        day = f"{timezone.localtime(self.order.dispatch_by):%-d %B}"
        for name, wanted in [
            ("How it stands", f"Your order {number} is paid."),
            ("When it leaves", f"Your order {number} leaves us on {day} at the latest."),
            ("In stock?", "This is what is on our shelves just now. Emma: 3 in stock."),
        ]:
            self.assertEqual(self.reply(READY[name]), wanted)
        self.assertEqual(Message.objects.of(self.order.pk).count(), 4)
