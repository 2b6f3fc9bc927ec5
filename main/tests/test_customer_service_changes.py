"""Whatever changes a row of customer service's list reaches a resumed stream, and is nudged."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from allauth.account.signals import email_changed
from django.utils import timezone

from main.actions.conversations import mark_read
from main.actions.customer_service import (
    hand_over_conversation,
    reopen_conversation,
    show_new_name,
    take_conversation,
)
from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import (
    cancel_order,
    correct_billing_address,
)
from main.actions.payments import mark_order_paid
from main.models import Conversation, Order, OrderLine, User
from main.models.participants import staff
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.customer_service_case import answer, ask, close
from main.tests.support.factories import EmployeeFactory, OrderFactory, OrderLineFactory
from main.tests.test_customer_service_events import ToldTestCase

Status = OrderLine.Status
# Beyond what a stream looks at twice.
LONG_AGO = timedelta(minutes=5)


class EveryChangeTests(ToldTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.colleague: User = EmployeeFactory(first_name="Otto", last_name="Pell")
        cls.lines = [OrderLineFactory(order=cls.waiting) for _ in range(2)]

    @property
    def changes(self) -> list[tuple[str, Callable]]:
        """In an order in which each is possible."""
        order = self.waiting
        known = {"order_id": order.pk}
        return [
            ("asked", lambda: ask(order, "Still nothing.")),
            ("read", lambda: mark_read(**known, reader=staff(self.clerk), upto=3)),
            ("paid", lambda: mark_order_paid(**known)),
            ("not paid after all", lambda: revoke_payment(**known)),
            ("paid again", lambda: mark_order_paid(**known)),
            ("corrected", lambda: correct_billing_address(**known, address={"name": "Ada Byron"})),
            ("taken", lambda: take_conversation(**known, user_id=self.clerk.pk)),
            ("handed over", lambda: hand_over_conversation(**known, user_id=self.colleague.pk)),
            ("renamed", lambda: self.rename(first_name="Olga")),
            ("nameless", lambda: self.rename(first_name="", last_name="")),
            ("at another address", self.move_address),
            ("answered", lambda: answer(order, self.colleague)),
            ("one line sent", lambda: self.move(Status.SENT, self.lines[:1])),
            ("all lines sent", lambda: self.move(Status.SENT)),
            ("not sent after all", lambda: self.move(Status.PROCESSING)),
            # Nothing is said of it for the second time.
            ("sent again", lambda: self.move(Status.SENT)),
            ("closed", lambda: close(order)),
            ("reopened", lambda: reopen_conversation(**known, user_id=self.clerk.pk)),
            ("a part came back", lambda: self.move(Status.CANCELLED, self.lines[:1])),
            ("all came back", lambda: self.move(Status.CANCELLED)),
        ]

    def rename(self, **names: str) -> None:
        User.objects.filter(pk=self.colleague.pk).update(**names)
        show_new_name(user_id=self.colleague.pk)

    def move_address(self) -> None:
        User.objects.filter(pk=self.colleague.pk).update(email="otto@booktime.example")
        email_changed.send(User, user=self.colleague)

    def move(self, status: Status, lines: list[OrderLine] | None = None) -> None:
        line_ids = [line.pk for line in lines or self.lines]
        known = {"order_id": self.waiting.pk, "line_ids": line_ids}
        move_order_lines(**known, status=status, may_refund=True)

    def test_a_stream_that_comes_back_is_told_what_a_snapshot_would_say(self) -> None:
        self.begin()
        changed = set()
        for name, change in self.changes:
            with self.subTest(name):
                Conversation.objects.update(changed_at=timezone.now() - LONG_AGO)
                self.begin()
                before = dict(self.reader.rows.get(self.waiting.pk, {}))
                change()
                self.assertNotIn("snapshot", self.begin(self.reader.last_event_id))
                self.assert_up_to_date()
                after = self.reader.rows.get(self.waiting.pk, {})
                changed |= {key for key in before if before[key] != after.get(key, before[key])}
        # There is nothing in a row that was not tried.
        self.assertEqual(changed, set(before) - {"order", "number"})

    def test_each_is_told_to_the_streams_that_are_there(self) -> None:
        nudge = {"type": "desk.changed", "order_id": self.waiting.pk}
        for name, change in self.changes:
            with self.subTest(name), patch("main.gateways.nudges.publish") as publish:
                with self.captureOnCommitCallbacks(execute=True):
                    change()
                publish.assert_any_call("desk", nudge)

    def test_cancelling_the_order_too(self) -> None:
        Conversation.objects.update(changed_at=timezone.now() - LONG_AGO)
        self.begin()
        cancel_order(order_id=self.waiting.pk)
        self.assertEqual(self.begin(self.reader.last_event_id), ["upsert"])
        self.assert_up_to_date()

    def test_an_order_that_nobody_spoke_about_stays_without_a_conversation(self) -> None:
        order: Order = OrderFactory()
        correct_billing_address(order_id=order.pk, address={"name": "Ada Byron"})
        self.assertFalse(Conversation.objects.filter(pk=order.pk).exists())


class NamesInTheAdminTests(AdminTestCase):
    def test_a_new_name_is_shown_to_colleagues_and_other_changes_are_not_told(self) -> None:
        clerk, order = EmployeeFactory(first_name="Otto", last_name="Pell"), OrderFactory()
        ask(order)
        take_conversation(order_id=order.pk, user_id=clerk.pk)
        long_ago = timezone.now() - LONG_AGO
        Conversation.objects.update(changed_at=long_ago)
        path = f"/admin/main/user/{clerk.pk}/change/"
        for first_name, is_told in [("Otto", False), ("Olga", True)]:
            self.send_well(path, self.open(path), first_name=first_name)
            clerk.refresh_from_db()
            self.assertEqual(clerk.first_name, first_name)
            self.assertIs(Conversation.objects.get().changed_at > long_ago, is_told)
