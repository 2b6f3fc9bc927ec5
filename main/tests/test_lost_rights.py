"""Whoever loses a right, or what proved who they are, is told at once in everything they have open.

The sockets would notice at their next check anyhow, up to 50 seconds later.
"""

import json
from contextlib import asynccontextmanager
from unittest import mock

from allauth.mfa.models import Authenticator
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import Group
from django.test import TestCase, tag

from booktime.sight.close_codes import SIGN_IN
from main.actions.order_emails import correct_order_email
from main.actions.tokens import give_token, revoke_tokens
from main.broadcasts import person_group, session_group
from main.consumers import ChatConsumer
from main.models import Order, User
from main.models.order_access import make_access_token
from main.sockets.admission import digest_of
from main.tests.support.customer_service_stream_case import LIMIT, StreamTestCase
from main.tests.support.factories import EmployeeFactory


@tag("once")
class ToldTests(TestCase):
    """Which groups of sockets hear of what."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk: User = EmployeeFactory()

    def told_by(self, act, *args, **kwargs) -> list[str]:
        with (
            mock.patch("main.gateways.nudges.publish") as publish,
            self.captureOnCommitCallbacks(execute=True),
        ):
            act(*args, **kwargs)
        return sorted({call.args[0] for call in publish.call_args_list})

    def save(self, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self.clerk, name, value)
        self.clerk.save()

    def test_of_a_changed_right_the_sockets_of_that_user_hear(self) -> None:
        person = [person_group(self.clerk.pk)]
        for name, value in [
            ("is_staff", False),
            ("is_superuser", True),
            ("is_active", False),
            ("password", "changed"),
        ]:
            with self.subTest(name):
                self.assertEqual(self.told_by(self.save, **{name: value}), person)
        self.assertEqual(self.told_by(self.save, first_name="Olive", last_login=None), [])

    def test_of_a_role_that_is_given_or_taken_they_hear(self) -> None:
        person, group = [person_group(self.clerk.pk)], Group.objects.get(user=self.clerk)
        self.assertEqual(self.told_by(self.clerk.groups.remove, group), person)
        self.assertEqual(self.told_by(self.clerk.groups.set, [group]), person)
        self.assertEqual(self.told_by(self.clerk.groups.clear), person)

    def test_of_a_lost_token_or_factor_they_hear(self) -> None:
        person = [person_group(self.clerk.pk)]
        give_token(user=self.clerk)
        self.assertEqual(self.told_by(revoke_tokens, user=self.clerk), person)
        factor = Authenticator.objects.create(
            user=self.clerk, type=Authenticator.Type.TOTP, data={}
        )
        self.assertEqual(self.told_by(factor.delete), person)

    def test_of_an_ended_session_its_sockets_hear_even_if_nobody_signed_out(self) -> None:
        for way in ("cycle_key", "flush"):  # a new password, or another user; signing out
            with self.subTest(way):
                self.client.force_login(self.clerk)
                session = self.client.session
                group = session_group(digest_of(session.session_key))
                self.assertEqual(self.told_by(getattr(session, way)), [group])


@tag("once")
class ClosedTests(StreamTestCase):
    """Nothing is waited for: the next check of its own would be 50 seconds away."""

    @asynccontextmanager
    async def socket(self):
        scope = {
            "type": "websocket",
            "headers": [
                (b"cookie", f"sessionid={self.client.cookies['sessionid'].value}".encode())
            ],
            "url_route": {"kwargs": {"order_id": self.order.pk}},
        }
        server = ApplicationCommunicator(ChatConsumer.as_asgi(), scope)
        await server.send_input({"type": "websocket.connect"})
        self.assertEqual((await server.receive_output(LIMIT))["type"], "websocket.accept")
        hello = json.dumps({"type": "hello", "after": 0, "protocol": 2})
        await server.send_input({"type": "websocket.receive", "text": hello})
        self.assertEqual(
            json.loads((await server.receive_output(LIMIT))["text"])["type"], "welcome"
        )
        yield server
        await server.send_input({"type": "websocket.disconnect", "code": 1000})
        await server.wait(LIMIT)

    async def code(self, server) -> int:
        while (said := await server.receive_output(LIMIT))["type"] != "websocket.close":
            pass
        return said["code"]

    async def commit(self, act, *args) -> None:
        def do() -> None:
            with self.captureOnCommitCallbacks(execute=True):
                act(*args)

        await self.in_database(do)

    async def test_whoever_opened_an_order_by_a_link_to_the_wrong_address_leaves(self) -> None:
        def open_by_link() -> None:
            Order.objects.filter(pk=self.order.pk).update(user=None)
            self.client.logout()
            self.client.get(f"/orders/open/{make_access_token(self.order.pk)}/")

        def correct() -> None:
            correct_order_email(order_id=self.order.pk, email="right@booktime.example")

        await self.in_database(open_by_link)
        async with self.socket() as socket:
            await self.commit(correct)
            self.assertEqual(await self.code(socket), SIGN_IN)

    async def test_demoted_staff_leave_the_conversation_and_the_list(self) -> None:
        async with self.stream() as stream, self.socket() as socket:
            await self.hear(stream, "snapshot")
            await self.commit(self.clerk.groups.clear)
            self.assertEqual(await self.code(socket), 4003)
            while (await stream.receive_output(LIMIT)).get("more_body"):
                pass

    async def test_a_new_password_closes_what_the_old_one_opened(self) -> None:
        def change() -> None:
            self.clerk.set_password("another one entirely")
            self.clerk.save()

        async with self.socket() as socket:
            await self.commit(change)
            self.assertEqual(await self.code(socket), 4001)

    async def test_whose_rights_only_grow_stays(self) -> None:
        async with self.socket() as socket:
            await self.commit(lambda: self.clerk.groups.add(*Group.objects.all()))
            while not await socket.receive_nothing(0.3):
                self.assertEqual((await socket.receive_output(0))["type"], "websocket.send")
