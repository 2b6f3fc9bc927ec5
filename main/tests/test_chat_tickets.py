"""A ticket opens one socket once: for its order, for a minute, as long as its token lasts."""

from datetime import timedelta
from functools import partial

from django.utils import timezone
from knox.crypto import hash_token
from knox.models import AuthToken

from main.actions.tokens import give_token, revoke_tokens
from main.models import ChatTicket
from main.sockets.admission import NotAdmitted, admit, admit_by_ticket
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import OrderFactory


class ChatTicketTests(ConversationTestCase):
    def setUp(self) -> None:
        self.secret = ChatTicket.objects.give(user_id=self.ada.pk, order_id=self.order.pk)

    def take(self, secret: str, order_id: int | None = None) -> int | None:
        """Whose it was."""
        ticket = ChatTicket.objects.take(secret, order_id=order_id or self.order.pk)
        return ticket.user_id if ticket else None

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

    def test_what_it_opens_ends_with_the_token_that_it_is_of(self) -> None:
        def end(**change) -> int:
            return AuthToken.objects.filter(user=self.ada).update(**change)

        for end_token in (revoke_tokens, lambda user: end(expiry=timezone.now())):
            digest = hash_token(give_token(user=self.ada))
            about = {"user_id": self.ada.pk, "order_id": self.order.pk}
            ticket = ChatTicket.objects.give(**about, token_digest=digest)
            _, credential = admit_by_ticket(self.order.pk, ticket)
            end(expiry=None)
            self.assertEqual(admit(self.order.pk, credential).who, "customer")
            late = ChatTicket.objects.give(**about, token_digest=digest)
            end_token(user=self.ada)
            # Another token of theirs does not replace it.
            give_token(user=self.ada)
            again, anew = (
                partial(admit, credential=credential),
                partial(admit_by_ticket, ticket=late),
            )
            for ask in (again, anew):
                with self.assertRaises(NotAdmitted) as refused:
                    ask(self.order.pk)
                self.assertEqual(refused.exception.code, 4001)

    def test_what_is_stored_opens_nothing(self) -> None:
        stored = ChatTicket.objects.get().digest
        self.assertNotIn(self.secret, stored)
        for odd in (stored, "", "x", "\ud800", "\x00"):
            self.assertIsNone(self.take(odd))
