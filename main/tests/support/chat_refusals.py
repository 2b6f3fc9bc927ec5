"""Who is not let in, what is not taken, and who is shown out: run by test_chat.py."""

import asyncio
import json
import uuid
from contextlib import AsyncExitStack, suppress

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from knox.crypto import hash_token
from websockets.exceptions import ConnectionClosed, InvalidStatus

from main.actions.tokens import give_token, revoke_tokens
from main.broadcasts import conversation_group
from main.gateways import presence
from main.models import ChatTicket, Message, Order, User
from main.tests.support.chat_case import say_all, send, session_of
from main.tests.support.factories import DispatcherFactory, OrderFactory, UserFactory
from main.tests.support.live_shop import CSRF, Post, make_session

NO_NUMBERS = (-1, 2**31, 10**30, 1.5, "1", True, None)


class Refusals:
    """Sentences of a ChatCase."""

    async def close_code(self, session_key: str, **options) -> int | None:
        async with self.wire(session_key, **options) as wire:
            # The shop may be quicker, and have closed already.
            with suppress(ConnectionClosed):
                await wire.say("hello", after=0)
            return await wire.close_code()

    async def test_other_origins_and_none_are_refused_before_the_socket_opens(self):
        port = self.shop.port
        for origin in (
            None,
            "null",
            "https://evil.example",
            f"https://127.0.0.1:{port}",
            f"http://127.0.0.1:{port + 1}",
            f"http://127.0.0.1.evil.example:{port}",
        ):
            with self.subTest(origin), self.assertRaises(InvalidStatus) as refused:
                async with self.wire(self.customer, origin=origin):
                    pass
            self.assertEqual(refused.exception.response.status_code, 403)

    async def test_an_address_without_a_socket_is_refused(self):
        with self.assertRaises(InvalidStatus) as refused:
            async with self.wire(self.customer, order_id="nonsense"):
                pass
        self.assertEqual(refused.exception.response.status_code, 403)

    async def test_who_has_no_right_is_shown_out_and_leaves_no_trace(self):
        users = await sync_to_async(lambda: [UserFactory(), DispatcherFactory()])()
        other, dispatcher = [await sync_to_async(session_of)(user) for user in users]
        guest = await sync_to_async(make_session)(guest_orders=[self.order.pk])
        async with self.talker(self.customer) as customer:
            self.assertEqual(await self.close_code(""), 4001)
            self.assertEqual(await self.close_code("x" * 32), 4001)
            self.assertEqual(await self.close_code(guest), 4001)
            self.assertEqual(await self.close_code(other), 4003)
            self.assertEqual(await self.close_code(dispatcher), 4003)
            with self.assertRaises(TimeoutError):
                await customer.hear(0.1)
            there = await presence.online(self.order.pk)
            self.assertEqual([person["who"] for person in there], ["customer"])
            layer = get_channel_layer()
            # One process: it is in the room for the customer's sake.
            group = layer._group_key(conversation_group(self.order.pk))
            self.assertEqual(await layer.connection(0).zcard(group), 1)
        [order] = await self.rows(Order.objects.filter(pk=self.order.pk))
        self.assertIsNone(order.last_spoken_to_id)

    async def test_an_order_that_is_not_there_is_as_forbidden_as_anothers(self):
        for session in (self.customer, self.staff):
            for order_id in (0, self.order.pk + 1, 2**63 - 1, 10**40):
                with self.subTest(order_id):
                    self.assertEqual(await self.close_code(session, order_id=order_id), 4003)

    async def test_a_guest_comes_in_by_the_order_of_their_session(self):
        order = await sync_to_async(OrderFactory)(guest=True)
        guest = await sync_to_async(make_session)(guest_orders=[order.pk])
        async with self.wire(guest, order_id=order.pk) as wire:
            await wire.say("hello", after=0)
            self.assertEqual((await wire.expect("welcome"))["me"]["who"], "customer")
            self.assertEqual((await send(wire, "Hello"))["seq"], 2)

    async def test_nothing_goes_before_hello_and_an_old_protocol_ends(self):
        async with self.wire(self.customer) as wire:
            for kind in ("send", "read", "typing", "heartbeat", "fetch"):
                await wire.say(kind, cid=str(uuid.uuid4()), text="Hi", upto=1, on=True, after=0)
                self.assertEqual((await wire.hear())["code"], "hello_first")
            await wire.say("hello", after=0, v=2)
            self.assertEqual(await wire.close_code(), 4015)
        async with self.talker(self.customer) as wire:
            await wire.say("hello", after=0)
            self.assertEqual((await wire.hear())["code"], "bad_frame")
            self.assertEqual((await send(wire, ""))["code"], "empty")
        self.assertEqual(await sync_to_async(Message.objects.of(self.order.pk).count)(), 0)

    async def test_numbers_that_are_none_are_refused(self):
        async with self.wire(self.customer) as wire:
            for after in NO_NUMBERS:
                await wire.say("hello", after=after)
                self.assertEqual((await wire.hear())["code"], "bad_number", after)
            await wire.say("hello", after=2**31 - 1)
            self.assertEqual((await wire.expect("welcome"))["head"], 0)
            for number in NO_NUMBERS:
                await wire.say("fetch", before=number)
                await wire.say("read", upto=number)
                codes = [(await wire.expect("refused"))["code"] for _ in range(2)]
                self.assertEqual(codes, ["bad_number"] * 2, number)
            await wire.say("fetch", limit=1)
            self.assertEqual((await wire.expect("refused"))["code"], "bad_number")

    async def test_what_is_no_frame_is_refused_and_thrice_in_a_row_ends(self):
        nonsense = ["{", "[1]", "7", "null", "", "[" * 5000, b"{}", '{"type": 1' + "1" * 5000 + "}"]
        async with self.talker(self.customer) as wire:
            for bad in nonsense:
                for _ in range(2):
                    await wire.connection.send(bad)
                    self.assertEqual((await wire.hear())["code"], "bad_frame")
                # A good one in between: it was not three in a row.
                await wire.say("dance")
        async with self.talker(self.customer) as wire:
            for bad in nonsense[:3]:
                await wire.connection.send(bad)
            self.assertEqual(await wire.close_code(), 4009)

    async def test_unknown_types_and_fields_are_ignored(self):
        async with self.talker(self.customer) as wire:
            for kind in ("dance", 5, None, ["send"], {"a": 1}):
                await wire.connection.send(json.dumps({"type": kind, "text": "\ud800"}))
            await wire.say("heartbeat", mood="good")
            self.assertEqual((await wire.hear())["type"], "heartbeat")

    async def test_half_a_character_is_no_message_and_the_socket_stays(self):
        async with self.talker(self.customer) as wire:
            await wire.say("send", cid="\ud800", text="Hi")
            self.assertEqual((await wire.hear())["code"], "bad_cid")
            self.assertEqual((await send(wire, "\ud800"))["code"], "empty")
            self.assertEqual((await send(wire, "Hi"))["type"], "ack")

    async def test_a_frame_too_large_is_refused_and_a_larger_one_not_even_read(self):
        async with self.talker(self.customer) as wire:
            cid = str(uuid.uuid4())
            refused = await send(wire, "x" * 17_000, cid=cid)
            self.assertEqual((refused["code"], refused["cid"]), ("too_long", cid))
            await wire.say("send", cid=cid, text="x" * 70_000)
            # The server's own limit: Daphne hangs up, uvicorn says why.
            self.assertIn(await wire.close_code(), (1006, 1009))

    async def test_a_flood_of_messages_is_refused_for_now_and_one_of_frames_ends(self):
        async with self.talker(self.customer) as wire:
            # All at once: whoever waits for each answer may be as slow as what is allowed.
            for n in range(50):
                await wire.say("send", cid=str(uuid.uuid4()), text=f"{n}")
            answers = []
            while len(answers) < 50:
                frame = await wire.hear()
                answers += [frame] if frame["type"] in ("ack", "refused") else []
            refused = [answer for answer in answers if answer["type"] == "refused"]
            self.assertIn(len(refused), range(1, 31))
            self.assertEqual({answer["code"] for answer in refused}, {"too_fast"})
            self.assertTrue(0 < refused[0]["retry_after"] < 1)
            stored = await sync_to_async(Message.objects.of(self.order.pk).count)()
            self.assertEqual(stored, 1 + 50 - len(refused))
            with suppress(ConnectionClosed):
                for _ in range(1000):
                    await wire.say("typing", on=True)
            self.assertEqual(await wire.close_code(), 4009)

    async def test_messages_are_counted_by_all_doors(self):
        path = f"/orders/{self.order.pk}/conversation/"
        form = {"csrfmiddlewaretoken": CSRF}
        async with AsyncExitStack() as stack:
            wires = [await stack.enter_async_context(self.talker(self.customer)) for _ in range(6)]
            for wire in wires[:2]:
                answers = [await send(wire, f"{n}") for n in range(20)]
                self.assertEqual({answer["type"] for answer in answers}, {"ack"})
            for n in range(20):
                # On a busy machine a form takes as long as the next message has to wait.
                for wire in wires[2:] * 4:
                    await wire.say("send", cid=str(uuid.uuid4()), text="Meanwhile")
                said = {"cid": str(uuid.uuid4()), "text": f"By the form {n}"}
                post = Post(path, form | said, self.customer)
                answer = await sync_to_async(self.shop.post)(post)
                if answer.status != 303:
                    break
            self.assertEqual(answer.status, 429)
            self.assertIn("wait a moment", answer.body)

    async def test_ten_sockets_are_a_persons_limit(self):
        wires = [self.talker(self.customer) for _ in range(10)]
        open_wires = await asyncio.gather(*(wire.__aenter__() for wire in wires))
        self.assertEqual(await self.close_code(self.customer), 4009)
        async with self.talker(self.staff):
            pass
        await open_wires[0].connection.close()
        async with self.talker(self.customer):
            pass
        await asyncio.gather(*(wire.__aexit__(None, None, None) for wire in wires))


class Sessions:
    """Sentences of a ChatCase."""

    async def test_signing_out_closes_the_sockets_of_that_session_at_once(self):
        other = await sync_to_async(session_of)(self.order.user)
        async with self.talker(self.customer) as here, self.talker(other) as elsewhere:
            await sync_to_async(self.sign_out)()
            self.assertEqual(await here.close_code(1), 4001)
            self.assertEqual((await send(elsewhere, "Still here"))["type"], "ack")

    def sign_out(self) -> None:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.customer
        self.assertEqual(client.post("/logout/").status_code, 302)

    async def test_a_session_that_ended_silently_or_a_right_that_went_is_noticed(self):
        deleted = await sync_to_async(session_of)(self.order.user)
        order = await sync_to_async(OrderFactory)()
        customer = await sync_to_async(session_of)(order.user)
        async with (
            self.talker(deleted) as first,
            self.wire(customer, order_id=order.pk) as second,
            self.talker(self.staff) as third,
            self.wire("") as fourth,
            self.talker(self.customer) as stays,
        ):
            await second.say("hello", after=0)
            await second.expect("welcome")
            await fourth.say("hello", after=0, ticket=await sync_to_async(self.ticket_of_token)())
            await fourth.expect("welcome")
            await sync_to_async(revoke_tokens)(user=self.order.user)
            await sync_to_async(Session.objects.filter(pk=deleted).delete)()
            await sync_to_async(Order.objects.filter(pk=order.pk).update)(user=self.order.user)
            await sync_to_async(User.objects.filter(pk=self.colleague.pk).update)(is_staff=False)
            codes = [wire.close_code(4) for wire in (first, second, third, fourth)]
            self.assertEqual(await asyncio.gather(*codes), [4001, 4003, 4003, 4001])
            self.assertEqual((await send(stays, "Still here"))["type"], "ack")

    def ticket_of_token(self) -> str:
        return ChatTicket.objects.give(
            user_id=self.order.user_id,
            order_id=self.order.pk,
            token_digest=hash_token(give_token(user=self.order.user)),
        )

    async def test_a_ticket_opens_one_socket_once(self):
        ticket = await sync_to_async(ChatTicket.objects.give)(
            user_id=self.order.user_id, order_id=self.order.pk
        )
        async with self.wire("") as wire:
            await wire.say("hello", after=0, ticket=ticket)
            self.assertEqual((await wire.expect("welcome"))["me"]["who"], "customer")
            self.assertEqual((await send(wire, "From the train"))["type"], "ack")
        for bad in (ticket, "nonsense", "\ud800", 7, None, ["x"]):
            async with self.wire("") as wire:
                await wire.say("hello", after=0, ticket=bad)
                self.assertEqual(await wire.close_code(), 4001, bad)

    async def test_staff_come_in_by_a_ticket_of_their_token(self):
        ticket = await sync_to_async(ChatTicket.objects.give)(
            user_id=self.colleague.pk,
            order_id=self.order.pk,
            token_digest=hash_token(await sync_to_async(give_token)(user=self.colleague)),
        )
        async with self.wire("") as wire:
            await wire.say("hello", after=0, ticket=ticket)
            self.assertEqual((await wire.expect("welcome"))["me"]["name"], "Olive Office")
            self.assertEqual((await send(wire, "From the train"))["type"], "ack")
            # And after they were looked at again.
            await asyncio.sleep(1.2)
            self.assertEqual((await send(wire, "Still here"))["type"], "ack")

    async def test_a_ticket_is_worth_nothing_for_another_order(self):
        other = await sync_to_async(OrderFactory)()
        await sync_to_async(say_all)(other, "Secret")
        ticket = await sync_to_async(ChatTicket.objects.give)(
            user_id=self.order.user_id, order_id=self.order.pk
        )
        async with self.wire("", order_id=other.pk) as wire:
            await wire.say("hello", after=0, ticket=ticket)
            self.assertEqual(await wire.close_code(), 4001)
