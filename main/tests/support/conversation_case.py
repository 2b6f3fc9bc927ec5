"""What the tests of conversations share: an order, both sides of it, and what they say."""

from uuid import UUID, uuid4

from django.test import TestCase
from django.utils import timezone

from main.actions.conversations import Posted, begin_conversation, post_message
from main.gateways import rates
from main.models import Conversation, Message, Order, Participant, Role, User
from main.models.participants import customer_of, staff
from main.tests.support.factories import EmployeeFactory, OrderFactory, UserFactory


class ConversationTestCase(TestCase):
    """Ada ordered; Olive and Otto are customer service."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada: User = UserFactory(email="ada@booktime.example")
        cls.olive = EmployeeFactory(first_name="Olive", last_name="Office")
        cls.otto = EmployeeFactory(first_name="Otto", last_name="Office")
        cls.order: Order = OrderFactory(user=cls.ada)

    def setUp(self) -> None:
        # Keys are given out anew: other tests' people are not these.
        rates._paces.clear()

    @classmethod
    def fill(cls, *, upto: int) -> None:
        """The customer says “Message 2”, “Message 3” ... in one go."""
        begun = begin_conversation(order=cls.order)
        Conversation.objects.filter(pk=begun.pk).update(head=upto)
        Message.objects.bulk_create(
            Message(
                conversation=begun,
                seq=seq,
                cid=uuid4(),
                kind=Message.Kind.TEXT,
                role=Role.CUSTOMER,
                author=cls.ada,
                author_name="Ada Reader",
                text=f"Message {seq}",
                at=timezone.now(),
            )
            for seq in range(2, upto + 1)
        )

    @property
    def customer(self) -> Participant:
        return customer_of(self.order, self.ada)

    def say(
        self,
        text: str,
        *,
        by: User | None = None,
        cid: UUID | None = None,
        order: Order | None = None,
    ) -> Posted:
        """By a member of staff, or by the order's customer."""
        order = order or self.order
        author = staff(by) if by else customer_of(order, order.user or User())
        return post_message(order_id=order.pk, cid=cid or uuid4(), text=text, author=author)

    def conversation(self) -> Conversation:
        return Conversation.objects.get(pk=self.order.pk)

    def timeline(self) -> list[tuple[int, str, str]]:
        """(seq, who, text) of every message, as they were stored."""
        messages = Message.objects.of(self.order.pk).order_by("pk")
        return [(message.seq, message.who, message.text) for message in messages]
