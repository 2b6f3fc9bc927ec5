"""Who is let in by a ticket or a cookie, as the doors of sockets and of the stream ask."""

from allauth.mfa.models import Authenticator
from asgiref.testing import ApplicationCommunicator
from django.test import SimpleTestCase, TestCase, override_settings, tag
from knox.crypto import hash_token

from booktime.backends.sessions import SessionStore
from main.actions.tokens import give_token, revoke_tokens
from main.consumers import ChatConsumer
from main.models import ChatTicket, Order, User
from main.sockets.admission import NotAdmitted, admit, admit_by_ticket, session_key_of
from main.tests.support.factories import EmployeeFactory, OrderFactory

KEY = "0123456789abcdefghijklmnopqrstuv"
# Quoted, as a cookie holds it, and as it is.
NO_KEYS = ['"abcdefghijk\\000lmnop"', f'"{KEY[:-1]}\\000"', "abcdefghijk\x00lmnop", KEY.upper(),
           KEY[:-1], KEY + "a", KEY[:-1] + "-", f'"{KEY}\\012"', ""]  # fmt: skip


def cookie(value: str) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"sessionid={value}".encode("latin1"))]


class StaffTicketTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk: User = EmployeeFactory(first_name="Olive", last_name="Office")
        cls.order: Order = OrderFactory()

    def ticket(self) -> str:
        digest = hash_token(give_token(user=self.clerk))
        return ChatTicket.objects.give(
            user_id=self.clerk.pk, order_id=self.order.pk, token_digest=digest
        )

    def code(self) -> int:
        with self.assertRaises(NotAdmitted) as refused:
            admit_by_ticket(self.order.pk, self.ticket())
        return refused.exception.code

    def test_the_token_lets_staff_in_for_as_long_as_it_lasts(self) -> None:
        participant, credential = admit_by_ticket(self.order.pk, self.ticket())
        self.assertEqual((participant.name, participant.is_staff), ("Olive Office", True))
        self.assertEqual(admit(self.order.pk, credential), participant)
        revoke_tokens(user=self.clerk)
        with self.assertRaises(NotAdmitted) as refused:
            admit(self.order.pk, credential)
        self.assertEqual(refused.exception.code, 4001)

    @override_settings(STAFF_SECOND_FACTOR=True)
    def test_a_token_proves_what_it_was_given_for(self) -> None:
        self.assertEqual(self.code(), 4001)
        Authenticator.objects.create(user=self.clerk, type=Authenticator.Type.TOTP, data={})
        participant, credential = admit_by_ticket(self.order.pk, self.ticket())
        self.assertTrue(participant.is_staff)
        Authenticator.objects.all().delete()
        with self.assertRaises(NotAdmitted):
            admit(self.order.pk, credential)

    def test_a_right_that_is_gone_is_gone(self) -> None:
        self.clerk.groups.clear()
        self.assertEqual(self.code(), 4003)


@tag("once")
class KeyTests(SimpleTestCase):
    def test_what_can_be_no_key_is_not_looked_up(self) -> None:
        self.assertEqual(session_key_of({"headers": cookie(KEY)}), KEY)
        for value in NO_KEYS:
            with self.subTest(value):
                self.assertEqual(session_key_of({"headers": cookie(value)}), "")

    def test_keys_that_django_makes_are_keys(self) -> None:
        for _ in range(20):
            store = SessionStore()
            with self.settings(SECRET_KEY="k"):
                store.exists = lambda key: False
                made = store._get_new_session_key()
            self.assertEqual(SessionStore(made).session_key, made)


class OddCookieTests(TestCase):
    """On PostgreSQL, which takes no NUL, above all."""

    def test_pages_are_shown_as_to_anyone(self) -> None:
        for value in NO_KEYS[:3]:
            for name in ("sessionid", "csrftoken", "messages"):
                for path, status in [("/", 200), ("/basket/", 200), ("/orders/", 302)]:
                    with self.subTest(value=value, name=name, path=path):
                        answer = self.client.get(path, headers={"cookie": f"{name}={value}"})
                        self.assertEqual(answer.status_code, status)

    async def test_a_socket_waits_for_hello_and_is_told_to_sign_in(self) -> None:
        scope = {
            "type": "websocket",
            "headers": cookie(NO_KEYS[0]),
            "url_route": {"kwargs": {"order_id": 1}},
        }
        server = ApplicationCommunicator(ChatConsumer.as_asgi(), scope)
        with self.assertNoLogs("main", "WARNING"):
            await server.send_input({"type": "websocket.connect"})
            self.assertEqual((await server.receive_output())["type"], "websocket.accept")
            hello = '{"type": "hello", "after": 0}'
            await server.send_input({"type": "websocket.receive", "text": hello})
            closed = await server.receive_output()
        self.assertEqual((closed["type"], closed["code"]), ("websocket.close", 4001))
        await server.send_input({"type": "websocket.disconnect", "code": 4001})
        await server.wait()
