"""Customer service's list: who is on it, who comes first, what is unread, when it is cut."""

from django.db import connection
from django.test import TestCase, tag

from main.actions.conversations import mark_read, open_conversation
from main.actions.customer_service import take_conversation
from main.models import Conversation, Order
from main.models.participants import staff
from main.reports.customer_service import MOST_ROWS, read_open_conversations
from main.tests.support.customer_service_case import answer, ask, close, order_to_send
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
)
from main.wording.messages import message_item


@tag("door")
class OpenConversationsTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk = EmployeeFactory(first_name="Olive", last_name="Pell")

    def rows(self, **how) -> list[dict]:
        return read_open_conversations(reader_id=self.clerk.pk, **how).rows

    def orders(self) -> list[int]:
        return [row["order"] for row in self.rows()]

    def test_only_who_waits_or_is_looked_after_is_on_it(self) -> None:
        waiting, taken, closed, silent = (OrderFactory() for _ in range(4))
        for order in (waiting, closed):
            ask(order)
        close(closed)
        take_conversation(order_id=taken.pk, user_id=self.clerk.pk)
        open_conversation(order_id=silent.pk)
        self.assertEqual(self.orders(), [waiting.pk, taken.pk])

    def test_the_most_urgent_comes_first(self) -> None:
        """Who waits; of them the earliest dispatch, then the longest wait."""
        answered = order_to_send(hours=1)
        later, sooner = order_to_send(hours=30), order_to_send(hours=3)
        short, long = OrderFactory(), OrderFactory()
        done = order_to_send(hours=2)
        Order.objects.filter(pk=done.pk).update(status=Order.Status.DONE)
        for order, minutes in [(later, 90), (sooner, 1), (short, 5), (long, 50), (done, 20)]:
            ask(order, minutes_ago=minutes)
        ask(answered)
        answer(answered, self.clerk)
        expected = [sooner, later, long, done, short, answered]
        self.assertEqual(self.orders(), [order.pk for order in expected])

    def test_a_row_says_all_that_the_list_shows(self) -> None:
        order = order_to_send(hours=2, billing_name="Grace Hopper")
        message = ask(order, "Is it here?")
        take_conversation(order_id=order.pk, user_id=self.clerk.pk)
        conversation = Conversation.objects.get(pk=order.pk)
        (row,) = self.rows()
        self.assertEqual(
            row,
            {
                "order": order.pk,
                "number": order.number,
                "customer": "Grace Hopper",
                "status": 20,
                "dispatch_by": _iso(order.dispatch_by),
                "waiting_since": message_item(message)["at"],
                "assignee": {"who": f"staff-{self.clerk.pk}", "name": "Olive Pell"},
                "unread": 1,
                "head": 2,
                "last": {"role": "customer", "text": "Is it here?"},
                "changed_at": _iso(conversation.changed_at),
            },
        )

    def test_a_deadline_counts_while_it_is_paid_and_not_sent(self) -> None:
        order = order_to_send(hours=2)
        Order.objects.filter(pk=order.pk).update(status=Order.Status.DONE)
        ask(order)
        self.assertIsNone(self.rows()[0]["dispatch_by"])

    def test_unread_is_what_the_customer_wrote_and_this_reader_has_not_seen(self) -> None:
        order, colleague = OrderFactory(), EmployeeFactory()
        ask(order)
        answer(order, colleague)
        ask(order, "Thanks.")
        last = ask(order, "One more thing.")
        self.assertEqual(self.rows()[0]["unread"], 3)
        mark_read(order_id=order.pk, reader=staff(colleague), upto=last.seq)
        self.assertEqual(self.rows()[0]["unread"], 3)
        mark_read(order_id=order.pk, reader=staff(self.clerk), upto=last.seq - 1)
        self.assertEqual(self.rows()[0]["unread"], 1)

    def test_some_orders_can_be_asked_for(self) -> None:
        orders = [OrderFactory() for _ in range(3)]
        for order in orders[:2]:
            ask(order)
        wanted = [orders[1].pk, orders[2].pk]
        self.assertEqual([row["order"] for row in self.rows(only=wanted)], [orders[1].pk])

    def test_two_queries_however_many_rows_and_the_list_is_cut_and_says_so(self) -> None:
        ask(OrderFactory())
        on_postgresql = connection.vendor == "postgresql"  # whose clock is asked too
        for more, is_cut in [(0, False), (MOST_ROWS, True)]:
            orders = Order.objects.bulk_create(OrderFactory.build(guest=True) for _ in range(more))
            Conversation.objects.bulk_create(_waiting(order) for order in orders)
            with self.subTest(more=more), self.assertNumQueries(1 + on_postgresql):
                found = read_open_conversations(reader_id=self.clerk.pk)
            self.assertEqual((len(found.rows), found.is_cut), (more or 1, is_cut))


def _iso(at) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _waiting(order: Order) -> Conversation:
    at = order.dispatch_by or Order.objects.first().created_at
    return Conversation(order=order, head=1, waiting_since=at, changed_at=at)
