"""Customer service's list and pages: who comes first, what is unread, what staff can do."""

from uuid import uuid4

from django.db import connection
from django.test import TestCase, tag
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from main.models import CannedReply, Conversation, Message, Order, ReadCursor
from main.reports.customer_service import read_open_conversations
from main.tests.support.customer_service_case import ask, close
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OrderChargeFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    ProductFactory,
    UserFactory,
)

LIST = "/customer-service/"


def chat(order: Order) -> str:
    return reverse("cs_chat", args=[order.pk])


class PageTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk = EmployeeFactory(first_name="Olive", last_name="Pell")
        cls.colleague = EmployeeFactory(first_name="Otto", last_name="Quill")
        cls.customer = UserFactory()
        cls.book = ProductFactory(name="Emma", stock=3)
        cls.order = OrderFactory(user=cls.customer)
        OrderLineFactory(order=cls.order, product=cls.book)
        ask(cls.order, "Where is <b>it</b>?")

    def setUp(self) -> None:
        self.client.force_login(self.clerk)

    def post(self, action: str, *, status: int = 303, **fields) -> None:
        self.response = self.client.post(chat(self.order), {"action": action} | fields)
        self.assertEqual(self.response.status_code, status)

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get(pk=self.order.pk)


@tag("door")
class DoorTests(PageTestCase):
    def test_employees_and_owners_come_in_and_nobody_else(self) -> None:
        for path in (LIST, chat(self.order)):
            for user, status in [
                (OwnerFactory(), 200),
                (DispatcherFactory(), 403),
                (self.customer, 403),
                (None, 302),
            ]:
                self.client.logout()
                if user:
                    self.client.force_login(user)
                with self.subTest(path=path, user=user):
                    self.assertEqual(self.client.get(path).status_code, status)

    def test_an_order_that_there_is_not_is_not_found(self) -> None:
        for number in (0, 7, 10**30):
            self.assertEqual(self.client.get(f"{LIST}{number}/").status_code, 404)

    def test_staff_talk_about_their_own_order_as_its_customer(self) -> None:
        own = OrderFactory(user=self.clerk)
        conversations = Conversation.objects.count()
        for method in (self.client.get, self.client.post):
            response = method(chat(own), {"action": "take"})
            self.assertRedirects(
                response, reverse("order_conversation", args=[own.pk]),
                fetch_redirect_response=False,
            )  # fmt: skip
        self.assertEqual(Conversation.objects.count(), conversations)


@tag("door")
class ListPageTests(PageTestCase):
    def test_who_waits_is_listed_with_a_way_to_answer(self) -> None:
        page = self.client.get(LIST)
        self.assertContains(page, f'href="{chat(self.order)}"')
        self.assertContains(page, "Where is &lt;b&gt;it&lt;/b&gt;?")
        self.assertContains(page, "Waiting since")
        props = page.context["props"]
        self.assertEqual(props["rows"], read_open_conversations(reader_id=self.clerk.pk).rows)
        self.assertEqual(props["urls"]["stream"], "/customer-service/notify/")

    def test_an_empty_list_says_so(self) -> None:
        close(self.order)
        self.assertContains(self.client.get(LIST), "Nobody is waiting")

    def test_as_many_queries_with_ten_times_the_rows(self) -> None:
        counts = []
        for more in (3, 30):
            for _ in range(more):
                ask(OrderFactory(guest=True))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                self.client.get(LIST)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 6)

    def test_the_way_there_is_on_every_page_of_the_staff(self) -> None:
        for path in ("/", "/office-admin/", "/order-dashboard/"):
            self.assertContains(self.client.get(path), f'href="{LIST}"')
        self.assertContains(self.client.get("/order-dashboard/"), f'href="{chat(self.order)}"')
        order = reverse("central-office-admin:main_order_change", args=[self.order.pk])
        self.assertContains(self.client.get(order), f'href="{chat(self.order)}"')


@tag("door")
class ChatPageTests(PageTestCase):
    def page(self, query: str = "", **how):
        return self.client.get(chat(self.order) + query, **how)

    def test_it_shows_the_order_its_stock_and_what_else_they_ordered(self) -> None:
        other = OrderFactory(user=self.customer, status=Order.Status.DONE)
        stranger = OrderFactory()
        page = self.page()
        self.assertContains(page, "3 in stock")
        self.assertContains(page, other.number)
        self.assertNotContains(page, stranger.number)
        self.assertContains(page, self.customer.email)

    def test_it_shows_what_was_charged_beside_the_books_and_what_is_due(self) -> None:
        OrderChargeFactory(order=self.order)
        due = self.order.lines.get().total + 3
        page = self.page()
        self.assertContains(page, "Delivery by post")
        self.assertContains(page, f"£{due} due")

    def test_a_guests_other_orders_are_those_under_the_same_address(self) -> None:
        guest, same = OrderFactory(guest=True), OrderFactory(guest=True)
        with_account = OrderFactory(user=self.customer, email=guest.email)
        Order.objects.filter(pk=same.pk).update(email=guest.email.upper())
        page = self.client.get(chat(guest))
        self.assertContains(page, same.number)
        self.assertNotContains(page, with_account.number)

    def test_as_many_queries_with_ten_times_the_rows(self) -> None:
        counts = []
        for more in (1, 10):
            for _ in range(more):
                OrderLineFactory(order=self.order)
                OrderFactory(user=self.customer)
                ask(self.order)
            self.page()  # marks as read
            with CaptureQueriesContext(connection) as queries:
                self.page()
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 18)

    def test_looking_marks_it_read_for_this_reader_unless_fetched_ahead(self) -> None:
        self.page(headers={"sec-purpose": "prefetch"})
        self.assertEqual(ReadCursor.objects.count(), 0)
        self.page()
        cursor = ReadCursor.objects.get()
        self.assertEqual((cursor.reader, cursor.upto), (self.clerk, 2))

    def test_a_reply_kept_ready_is_put_into_the_field(self) -> None:
        reply = CannedReply.objects.create(name="Thanks", text="Thank you, {customer_name}!")
        old = CannedReply.objects.create(name="Old", text="Never mind.", active=False)
        self.assertContains(
            self.page(f"?reply={reply.pk}"), "Thank you, {customer_name}!</textarea>"
        )
        self.assertContains(self.page(), ">Canned reply</label>")
        self.assertContains(self.page(), ">Insert</button>")
        for query in (f"?reply={old.pk}", "?reply=none", f"?reply={10**40}", "?reply=%00"):
            page = self.page(query)
            self.assertEqual(page.status_code, 200)
            self.assertContains(page, "</textarea>")
            self.assertNotContains(page, "Never mind.")

    def test_the_component_is_told_what_staff_need(self) -> None:
        CannedReply.objects.create(name="Thanks", text="Thank you.")
        props = self.page().context["panel"].props
        self.assertEqual(props["canned"], [{"name": "Thanks", "text": "Thank you."}])
        self.assertEqual(
            props["placeholders"],
            ["order_number", "status", "stock", "customer_name", "my_name", "dispatch_by"],
        )
        self.assertEqual(props["zone"], "Europe/London")

    def test_an_order_older_than_its_timeline_can_be_talked_about(self) -> None:
        order = OrderFactory()
        self.assertContains(self.client.get(chat(order)), "Nothing has been said yet.")
        self.client.post(chat(order), {"action": "take"})
        self.assertEqual(Conversation.objects.get(pk=order.pk).assignee, self.clerk)


@tag("door")
class AnswerTests(PageTestCase):
    def test_an_answer_is_written_down_and_the_order_remembers_who_spoke(self) -> None:
        self.post("send", text="It is packed.", cid=str(uuid4()))
        self.assertEqual(self.response["Location"], f"{chat(self.order)}#last")
        message = Message.objects.of(self.order.pk).last()
        self.assertEqual((message.text, message.author_name), ("It is packed.", "Olive Pell"))
        self.order.refresh_from_db()
        self.assertEqual(self.order.last_spoken_to, self.clerk)
        self.assertIsNone(self.conversation.waiting_since)

    def test_sent_twice_it_is_kept_once(self) -> None:
        cid = str(uuid4())
        for _ in range(2):
            self.post("send", text="It is packed.", cid=cid)
        self.assertEqual(Message.objects.of(self.order.pk).count(), 3)

    def test_facts_in_braces_are_filled_in_when_it_is_sent(self) -> None:
        text = "{order_number} is {status}. {stock}. Yours, {my_name}"
        self.post("send", text=text, cid=str(uuid4()))
        self.assertEqual(
            Message.objects.of(self.order.pk).last().text,
            f"{self.order.number} is to be paid. Emma: 3 in stock. Yours, Olive Pell",
        )

    def test_what_is_refused_stays_in_the_field_with_the_reason(self) -> None:
        before = self.conversation
        self.post("send", text="x" * 4001, cid=str(uuid4()), status=400)
        self.assertContains(self.response, "x" * 4001, status_code=400)
        self.assertContains(self.response, "4,001", status_code=400)
        self.assertEqual(self.conversation.head, before.head)
        self.order.refresh_from_db()
        self.assertIsNone(self.order.last_spoken_to)


@tag("door")
class ToolsTests(PageTestCase):
    def test_taken_handed_over_closed_and_reopened(self) -> None:
        self.post("take")
        self.assertEqual(self.conversation.assignee, self.clerk)
        self.post("hand_over", colleague=self.colleague.pk)
        self.assertEqual(self.conversation.assignee, self.colleague)
        self.post("close", seen=2)
        self.assertIsNotNone(self.conversation.closed_at)
        self.post("reopen")
        self.assertIsNone(self.conversation.closed_at)
        self.assertEqual(self.conversation.assignee, self.clerk)

    def test_colleagues_are_those_who_may_join(self) -> None:
        owner = OwnerFactory()
        EmployeeFactory(is_active=False)
        DispatcherFactory()
        form = self.client.get(chat(self.order)).context["hand_over"]
        colleagues = set(form.fields["colleague"].queryset)
        self.assertEqual(colleagues, {self.colleague, owner})

    def test_nobody_else_can_be_handed_a_conversation(self) -> None:
        for colleague in ("", self.customer.pk, self.clerk.pk, "9" * 40, "\x00", "me"):
            with self.subTest(colleague=colleague):
                self.post("hand_over", colleague=colleague, status=400)
                self.assertIsNone(self.conversation.assignee)

    def test_a_closed_conversation_cannot_be_taken(self) -> None:
        close(self.order)
        self.post("take", status=409)
        self.assertContains(self.response, "Reopen it first", status_code=409)
        self.assertIsNone(self.conversation.assignee)

    def test_an_unknown_action_is_refused(self) -> None:
        before = self.conversation.changed_at
        for action in ("", "delete", "TAKE"):
            self.post(action, status=400)
        self.assertEqual(self.conversation.changed_at, before)
