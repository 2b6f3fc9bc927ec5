"""Conversations and the replies kept ready in the admin: who reads, who writes, what is found."""

from django.db import connection
from django.test import TestCase, tag
from django.test.utils import CaptureQueriesContext

from main.models import CannedReply, Conversation
from main.tests.support.customer_service_case import ask, close
from main.tests.support.factories import EmployeeFactory, OrderFactory

REPLIES, TALK = "/office-admin/main/cannedreply/", "/office-admin/main/conversation/"


@tag("once")
class AdminCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk = EmployeeFactory()

    def setUp(self) -> None:
        self.client.force_login(self.clerk)


class CannedReplyTests(AdminCase):
    def save(self, text: str):
        fields = {"name": "Thanks", "text": text, "active": "on"}
        return self.client.post(f"{REPLIES}add/", fields)

    def test_the_office_writes_them_and_is_told_what_can_be_filled_in(self) -> None:
        page = self.client.get(f"{REPLIES}add/")
        self.assertContains(page, "{order_number}: the order's number")
        self.assertRedirects(self.save("Thank you, {customer_name}!"), REPLIES)
        self.assertEqual(CannedReply.objects.get().text, "Thank you, {customer_name}!")

    def test_a_fact_that_there_is_not_is_refused(self) -> None:
        self.assertContains(self.save("Dear {nobody}"), "{nobody} is not a placeholder.")
        self.assertEqual(CannedReply.objects.count(), 0)


class ConversationTests(AdminCase):
    def found(self, query: str = "") -> list[int]:
        page = self.client.get(f"{TALK}{query}")
        self.assertEqual(page.status_code, 200)
        return [each.pk for each in page.context["cl"].result_list]

    def test_one_is_read_with_what_was_said_as_text(self) -> None:
        order = OrderFactory()
        ask(order, "<script>alert(1)</script>\nYours, Ada")
        page = self.client.get(f"{TALK}{order.pk}/change/")
        self.assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;<br>Yours, Ada</p>")
        self.assertContains(page, f'href="/customer-service/{order.pk}/"')

    def test_it_is_not_written_here(self) -> None:
        order = OrderFactory()
        ask(order)
        answer = self.client.post(f"{TALK}{order.pk}/change/", {"waiting_since": ""})
        self.assertEqual(answer.status_code, 403)
        self.assertIsNotNone(Conversation.objects.get().waiting_since)

    def test_found_by_the_orders_number_and_by_how_they_stand(self) -> None:
        waiting, closed = OrderFactory(), OrderFactory()
        for order in (waiting, closed):
            ask(order)
        close(closed)
        self.assertEqual(self.found(), [closed.pk, waiting.pk])
        self.assertEqual(self.found(f"?q={waiting.number}"), [waiting.pk])
        self.assertEqual(self.found("?q=Ada"), [])
        self.assertEqual(self.found("?stands=waiting"), [waiting.pk])
        self.assertEqual(self.found("?stands=desk"), [waiting.pk])
        self.assertEqual(self.found("?stands=closed"), [closed.pk])

    def test_as_many_queries_with_ten_times_the_rows(self) -> None:
        counts = []
        for more in (2, 18):
            for _ in range(more):
                ask(OrderFactory())
            with CaptureQueriesContext(connection) as queries:
                self.client.get(TALK)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
