"""The conversation on the customer's pages: what they show, and to whom."""

import re
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from main.actions.conversations import mark_read
from main.models import Message, ReadCursor
from main.models.participants import staff
from main.tests.support.conversation_page_case import ConversationPageTestCase
from main.tests.support.factories import OrderFactory
from main.wording.messages import message_item


class ReadingTests(ConversationPageTestCase):
    def test_both_sides_and_what_happened_stand_in_one_list(self) -> None:
        self.say("When will it be <sent>?")
        self.say("Today.\nFor certain.", by=self.olive)
        for path in (self.path, self.order_path):
            with self.subTest(path):
                page = self.page(path)
                texts = re.findall(r'class="message-text" dir="auto">(.*?)</p>', page)
                wanted = ["The order was placed.", "When will it be &lt;sent&gt;?"]
                self.assertEqual(texts, [*wanted, "Today.<br>For certain."])
                authors = re.findall(r'class="message-author" dir="auto">(.*?)</b>', page)
                self.assertEqual(authors, ["Ada Reader", "Olive Office"])
                self.assertNotIn(self.olive.email, page)

    def test_the_field_is_not_called_optional(self) -> None:
        for page in (self.page(), self.page(self.order_path)):
            self.assertIn('<label for="id_text">Your message</label>', page)

    def test_ones_own_are_told_from_others(self) -> None:
        self.say("Hello")
        self.say("Good morning", by=self.olive)
        kinds = re.findall(r'class="message (message-\w+)"', self.page())
        self.assertEqual(kinds, ["message-system", "message-own", "message-other"])

    def test_ones_own_are_marked_read_when_they_were(self) -> None:
        for text in ("One", "Two"):
            self.say(text)
        mark_read(order_id=self.order.pk, reader=staff(self.olive), upto=2)
        marks = re.findall(r'class="message-mark">(\w+)<', self.page())
        self.assertEqual(marks, ["Read", "Sent"])

    def test_a_guest_reads_it_by_the_mails_session(self) -> None:
        guests = OrderFactory(guest=True)
        self.say("Hello", order=guests)
        self.be_guest_of(guests)
        self.assertIn("Hello", self.page(f"/orders/{guests.pk}/conversation/"))

    def test_who_is_not_signed_in_is_led_there_and_back(self) -> None:
        self.client.logout()
        for ask in (self.client.get, self.client.post):
            self.assertRedirects(ask(self.path), f"/login/?next={self.path}")

    def test_others_find_nothing_here_not_even_customer_service(self) -> None:
        self.say("Hello")
        for user in (OrderFactory().user, self.olive):
            self.client.force_login(user)
            for ask in (self.client.get, self.client.post):
                self.assertEqual(ask(self.path).status_code, 404)
        self.assertEqual(len(self.timeline()), 2)
        self.assertFalse(ReadCursor.objects.exists())

    def test_an_order_of_before_there_were_conversations_has_an_empty_one(self) -> None:
        self.assertIn("Nothing has been said yet.", self.page())
        props = self.props()
        self.assertEqual((props["items"], props["head"], props["more"]), ([], 0, False))

    def test_what_to_expect_is_said(self) -> None:
        with mock.patch("main.views.conversation_props.expected_reply", return_value="Soon."):
            self.assertIn('<p class="conversation-peers">Soon.</p>', self.page())
            self.assertEqual(self.props()["expectation"], "Soon.")


class EarlierTests(ConversationPageTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.fill(upto=120)

    def shown(self, path: str = "") -> list[int]:
        return [int(number) for number in re.findall(r">Message (\d+)<", self.page(path))]

    def test_the_last_fifty_and_fifty_more_by_a_link(self) -> None:
        self.assertEqual(self.shown(), list(range(71, 121)))
        self.assertIn(f'href="{self.path}?before=71"', self.page())
        self.assertEqual(self.shown(f"{self.path}?before=71"), list(range(21, 71)))
        first = self.page(f"{self.path}?before=21")
        self.assertIn("The order was placed.", first)
        self.assertNotIn("Show earlier", first)

    def test_on_the_orders_page_the_link_leads_to_the_conversation(self) -> None:
        self.assertIn(f'href="{self.path}?before=71"', self.page(self.order_path))

    def test_a_page_of_earlier_ones_does_not_come_alive(self) -> None:
        page = self.page(f"{self.path}?before=71")
        self.assertNotIn("data-conversation", page)
        self.assertNotIn("conversation-props", page)
        self.assertIn("Back to the latest", page)

    def test_what_is_no_number_is_no_page(self) -> None:
        for odd in ("", "0", "-1", "x", "1.5", "٣", "2147483648", "9" * 400):
            with self.subTest(odd[:20]):
                self.assertEqual(self.client.get(self.path, {"before": odd}).status_code, 404)
        self.assertEqual(self.shown(f"{self.path}?before=2147483647"), list(range(71, 121)))

    def test_as_many_queries_for_ten_times_the_messages(self) -> None:
        self.page()
        with CaptureQueriesContext(connection) as many:
            self.page()
        Message.objects.filter(seq__gt=12).delete()
        with CaptureQueriesContext(connection) as few:
            self.page()
        self.assertEqual(len(many), len(few))
        self.assertLessEqual(len(few), 6)


class HavingReadTests(ConversationPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.say("Good morning", by=self.olive)

    def read_upto(self) -> int | None:
        return ReadCursor.objects.filter(reader=None).values_list("upto", flat=True).first()

    def test_who_opens_the_page_has_read_what_it_shows(self) -> None:
        for path in (self.path, self.order_path):
            with self.subTest(path):
                ReadCursor.objects.all().delete()
                self.page(path)
                self.assertEqual(self.read_upto(), 2)

    def test_nothing_is_written_when_there_is_nothing_new(self) -> None:
        self.page()
        with CaptureQueriesContext(connection) as queries:
            self.page()
        written = [each["sql"] for each in queries if not each["sql"].startswith("SELECT")]
        self.assertEqual(written, [])

    def test_a_browser_that_fetches_ahead_has_not_read_it(self) -> None:
        for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
            self.page(headers=headers)
        self.client.head(self.path)
        self.assertIsNone(self.read_upto())

    def test_a_page_of_earlier_ones_shows_no_more_than_it_does(self) -> None:
        self.page(f"{self.path}?before=2")
        self.assertEqual(self.read_upto(), 1)

    def test_who_is_refused_has_read_nothing(self) -> None:
        self.client.force_login(self.otto)
        self.client.get(self.path)
        self.client.get(self.order_path)
        self.assertFalse(ReadCursor.objects.exists())


class PropsTests(ConversationPageTestCase):
    def test_the_component_is_told_what_it_needs_and_nothing_of_the_staffs(self) -> None:
        item = message_item(self.say("</script><script>alert(1)</script>").message)
        placed = message_item(Message.objects.get(seq=1))
        props = self.props()
        self.assertEqual(
            props | {"expectation": ""},
            {
                "orderId": self.order.pk,
                "number": self.order.number,
                "state": "new",
                "me": {"who": "customer", "name": "Ada Reader", "role": "customer"},
                "items": [placed, item],
                "more": False,
                "head": 2,
                "reads": {},
                "urls": {
                    "socket": f"/ws/customer-service/{self.order.pk}/",
                    "messages": f"/mobile-api/orders/{self.order.pk}/messages/",
                    "read": f"/mobile-api/orders/{self.order.pk}/read/",
                },
                "heartbeat": 10,
                "expectation": "",
                "zone": "Europe/London",
            },
        )

    def test_the_order_page_has_the_same(self) -> None:
        self.say("Hello")
        of_order = self.props(self.order_path)
        own = self.props()
        self.assertEqual(of_order["reads"], {})
        self.assertEqual(own["reads"], {"customer": 2})
        self.assertEqual(of_order | {"reads": {}}, own | {"reads": {}})
