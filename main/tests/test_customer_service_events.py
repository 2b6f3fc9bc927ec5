"""What customer service's stream sends: old state plus events equals a fresh read."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase, tag
from django.utils import timezone

from main.actions.conversations import mark_read
from main.actions.customer_service import take_conversation
from main.actions.payments import mark_order_paid
from main.models import Conversation, Order, User
from main.models.participants import staff
from main.reports.customer_service import MOST_ROWS, read_open_conversations
from main.sockets.customer_service_events import CustomerServiceEvents
from main.tests.support.customer_service_case import answer, ask, close
from main.tests.support.customer_service_stream_case import Reader
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
)


@tag("door")
class ToldTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk = EmployeeFactory(first_name="Olive", last_name="Pell")
        cls.waiting, cls.other = OrderFactory(), OrderFactory()
        ask(cls.waiting)

    def setUp(self) -> None:
        self.reader = Reader()
        self.told = CustomerServiceEvents(reader_id=self.clerk.pk)

    def begin(self, last_event_id: str = "") -> list[str]:
        self.told = CustomerServiceEvents(reader_id=self.clerk.pk)
        self.reader.hear(self.told.begin(last_event_id))
        return self.reader.heard()

    def catch_up(self, *orders: Order) -> list[str]:
        """Of these orders, or of all."""
        self.reader.hear(self.told.catch_up({order.pk for order in orders} or None))
        return self.reader.heard()

    def assert_up_to_date(self) -> None:
        fresh = read_open_conversations(reader_id=self.clerk.pk).rows
        self.assertEqual(self.reader.rows, {row["order"]: row for row in fresh})


class ToldTests(ToldTestCase):
    def test_it_begins_with_everything(self) -> None:
        self.assertEqual(self.begin(), ["snapshot"])
        self.assertEqual(list(self.reader.rows), [self.waiting.pk])
        self.assert_up_to_date()

    def test_old_state_and_events_are_the_fresh_state(self) -> None:
        """For each kind of thing that changes a row."""
        OrderLineFactory(order=self.waiting)
        self.begin()
        colleague = EmployeeFactory()
        read = {"order_id": self.waiting.pk, "reader": staff(self.clerk), "upto": 2}
        for act, kinds in [
            (lambda: ask(self.waiting, "Still nothing."), ["upsert"]),
            (lambda: mark_read(**read), ["upsert"]),
            (lambda: mark_order_paid(order_id=self.waiting.pk), ["upsert"]),
            (lambda: answer(self.waiting, self.clerk), ["upsert"]),
            (lambda: self.take(colleague), ["upsert"]),
            (lambda: close(self.waiting), ["remove"]),
            (lambda: ask(self.waiting, "One more thing."), ["upsert"]),
        ]:
            act()
            self.assertEqual(self.catch_up(self.waiting), kinds)
            self.assert_up_to_date()

    def take(self, colleague: User) -> None:
        take_conversation(order_id=self.waiting.pk, user_id=colleague.pk)

    def test_a_nudge_that_tells_nothing_new_sends_nothing(self) -> None:
        self.begin()
        self.assertEqual(self.catch_up(self.waiting, self.other), [])
        self.assertEqual(self.catch_up(), [])

    def test_a_sweep_finds_what_no_nudge_told_of(self) -> None:
        self.begin()
        ask(self.other)
        close(self.waiting)
        self.assertEqual(self.catch_up(), ["upsert", "remove"])
        self.assert_up_to_date()

    def test_two_queries_and_only_of_what_changed(self) -> None:
        self.begin()
        ask(self.other)
        on_postgresql = connection.vendor == "postgresql"  # whose clock is asked too
        with self.assertNumQueries(1 + on_postgresql):
            self.assertEqual(self.catch_up(self.other), ["upsert"])


class ResumeTests(ToldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.begin()
        # Beyond what is looked at twice.
        long_ago = timezone.now() - timedelta(minutes=5)
        Conversation.objects.update(changed_at=long_ago)

    def test_only_what_changed_meanwhile_is_told(self) -> None:
        gone = OrderFactory()
        ask(gone)
        self.begin()
        ask(self.other)
        close(gone)
        self.assertEqual(self.begin(self.reader.last_event_id), ["upsert", "remove"])
        self.assertEqual(set(self.reader.rows), {self.waiting.pk, self.other.pk})

    def test_what_was_committed_late_is_told_too(self) -> None:
        """Changed before the stream was cut, and to be seen only after."""
        ask(self.other)
        late = timezone.now() - timedelta(seconds=20)
        Conversation.objects.filter(pk=self.other.pk).update(changed_at=late)
        self.assertEqual(self.begin(self.reader.last_event_id), ["upsert"])

    def test_afterwards_it_goes_on_as_after_a_snapshot(self) -> None:
        self.begin(self.reader.last_event_id)
        self.assertEqual(self.catch_up(), [])
        close(self.waiting)
        self.assertEqual(self.catch_up(self.waiting), ["remove"])

    def test_too_long_ago_from_the_future_or_nonsense_is_a_snapshot(self) -> None:
        now = int(timezone.now().timestamp() * 1000)
        for last in ("", "0", str(now - 3_601_000), str(now + 60_000), "-1", "1e3", "9" * 400,
                     f"{now} ", "null", "١٢٣", "\x00"):  # fmt: skip
            with self.subTest(last=last[:20]):
                self.assertEqual(self.begin(last), ["snapshot"])
        self.assertEqual(self.begin(str(now - 3_500_000)), ["upsert"])


class CutTests(ToldTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        at = timezone.now()
        orders = Order.objects.bulk_create(
            OrderFactory.build(guest=True) for _ in range(MOST_ROWS - 1)
        )
        Conversation.objects.bulk_create(
            Conversation(order=order, head=1, waiting_since=at, changed_at=at) for order in orders
        )

    def test_a_list_that_is_cut_is_sent_whole_and_never_resumed(self) -> None:
        self.begin()
        self.assertEqual(len(self.reader.rows), MOST_ROWS)
        self.assertNotEqual(self.reader.last_event_id, "")
        ask(self.other)
        self.assertEqual(self.catch_up(self.other), ["snapshot"])
        self.assertNotIn(self.other.pk, self.reader.rows)
        self.assertEqual(self.reader.last_event_id, "")
        self.assert_up_to_date()
        # Whoever was below comes up.
        close(self.waiting)
        self.assertEqual(self.catch_up(self.waiting), ["snapshot"])
        self.assertIn(self.other.pk, self.reader.rows)
        self.assert_up_to_date()
        self.assertEqual(self.catch_up(), [])
        self.assertNotEqual(self.reader.last_event_id, "")
