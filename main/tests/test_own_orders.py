"""“Your orders”: which books each has; and an unread reply, there and in the header."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from main.actions.conversations import mark_read
from main.models.order_access import make_access_token
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import (
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    UserFactory,
)


class OwnOrdersTests(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ada)

    def page(self) -> str:
        return self.client.get("/orders/").content.decode()

    def test_titles_are_those_that_were_ordered_and_covers_those_of_today(self) -> None:
        book = ProductFactory(name="Emma")
        line = OrderLineFactory(order=self.order, product=book)
        self.assertInHTML(f'<span class="cover cloth-{book.cloth}"></span>', self.page())
        image = ProductImageFactory(product=book)
        book.name = "Emma, revised"
        book.save()
        page = self.page()
        self.assertIn(f'src="{image.picture.thumbnail}"', page)
        self.assertIn(f'<span dir="auto">{line.name}</span>', page)
        self.assertNotIn("revised", page)

    def test_of_many_titles_the_first_are_named_and_the_others_counted(self) -> None:
        lines = OrderLineFactory.create_batch(6, order=self.order)
        page = self.page()
        for line in lines:
            self.assertEqual(line.name in page, line in lines[:4], line.name)
        self.assertIn("and 2 more", page)


class UnreadReplyTests(ConversationTestCase):
    """The header leads to the order whose reply is unread."""

    def shown(self, path: str = "/about-us/") -> bool:
        link = f'href="{self.order.get_absolute_url()}#conversation"'
        return link in self.client.get(path).content.decode()

    def test_a_reply_is_shown_until_it_is_read(self) -> None:
        self.client.force_login(self.ada)
        self.say("Where is it?")
        self.assertFalse(self.shown())
        self.say("On its way.", by=self.olive)
        self.assertTrue(self.shown())
        page = self.client.get("/orders/")
        self.assertContains(
            page, f'New reply<span class="visually-hidden"> about order {self.order.number}'
        )
        self.client.get(self.order.get_absolute_url())
        self.assertFalse(self.shown())
        self.assertNotContains(self.client.get("/orders/"), "New reply")
        self.say("It has come.", by=self.olive)
        self.assertTrue(self.shown())

    def test_it_is_shown_to_its_customer_only(self) -> None:
        self.say("On its way.", by=self.olive)
        for user in (self.olive, UserFactory()):
            self.client.force_login(user)
            self.assertFalse(self.shown())
        self.client.logout()
        self.assertFalse(self.shown())

    def test_a_guest_who_opened_the_mails_link_sees_it_too(self) -> None:
        guests = OrderFactory(guest=True)
        self.client.get(reverse("order_open", args=[make_access_token(guests.pk)]))
        self.say("On its way.", by=self.olive, order=guests)
        self.assertContains(self.client.get("/about-us/"), f"{guests.get_absolute_url()}#conv")
        self.client.get(guests.get_absolute_url())
        self.assertNotContains(self.client.get("/about-us/"), "header-news")

    def test_of_several_the_newest_order_is_the_first(self) -> None:
        self.client.force_login(self.ada)
        newer = OrderFactory(user=self.ada)
        for order in (newer, self.order):
            self.say("On its way.", by=self.olive, order=order)
        self.assertFalse(self.shown())
        mark_read(order_id=newer.pk, reader=self.customer, upto=9)
        self.assertTrue(self.shown())

    def test_basket_and_reply_are_one_query(self) -> None:
        self.client.force_login(self.ada)
        self.say("On its way.", by=self.olive)
        with CaptureQueriesContext(connection) as asked:
            self.assertTrue(self.shown())
        self.assertEqual(len(asked), 3)  # the session, its user, and this
