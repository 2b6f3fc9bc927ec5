"""The conversation's socket between people who may be there, on a real server."""

import asyncio
import uuid
from functools import partial
from unittest.mock import patch

from asgiref.sync import sync_to_async

from main.actions.conversations import post_message
from main.models import Message, Order, ReadCursor
from main.models.participants import staff
from main.tests.support.chat_case import ChatCase, say_all, send, serve_module, texts
from main.tests.support.chat_refusals import Refusals, Sessions
from main.wording.messages import message_item

PLACED = "The order was placed."
setUpModule = serve_module  # once for all classes here


class ChatTests(ChatCase):
    async def test_hello_is_answered_with_who_and_what_is_there(self):
        await sync_to_async(say_all)(self.order, "Where is it?")
        async with self.talker(self.customer), self.wire(self.staff) as wire:
            await wire.say("hello", after=0, v=1)
            welcome = await wire.hear()
            waiting_since = welcome.pop("conversation").pop("waiting_since")
            customer = {"who": "customer", "name": "Ada Reader", "role": "customer"}
            me = {"who": f"staff-{self.colleague.pk}", "name": "Olive Office", "role": "staff"}
            self.assertEqual(
                welcome,
                {
                    "type": "welcome",
                    "v": 1,
                    "head": 2,
                    "me": me,
                    "peers": [customer | {"state": "online"}],
                    "heartbeat": 1,
                    "live": True,
                    "reads": {},
                },
            )
            replay = await wire.hear()
            self.assertEqual([item["text"] for item in replay["items"]], [PLACED, "Where is it?"])
            self.assertEqual(replay["items"][1]["at"], waiting_since)
            self.assertIs(replay["more"], False)

    async def test_an_employee_who_joins_has_spoken_to_the_customer(self):
        async with self.talker(self.staff):
            [order] = await self.rows(Order.objects.filter(pk=self.order.pk))
            self.assertEqual(order.last_spoken_to_id, self.colleague.pk)

    async def test_a_customer_is_not_told_what_is_the_staffs(self):
        async with self.wire(self.customer) as wire:
            await wire.say("hello", after=0)
            self.assertNotIn("conversation", await wire.expect("welcome"))

    async def test_what_is_sent_is_acknowledged_stored_and_shown_to_both_once(self):
        async with self.talker(self.customer) as customer, self.talker(self.staff) as office:
            cid = str(uuid.uuid4())
            ack = await send(customer, " Where is it?\r\n", cid=cid)
            again = await send(customer, "Where is it?", cid=cid)
            [stored] = await self.rows(Message.objects.of(self.order.pk).filter(kind="text"))
            expected = {"type": "ack", "cid": cid, "seq": 2, "id": stored.pk, "dup": False}
            self.assertEqual(ack, expected | {"at": message_item(stored)["at"]})
            self.assertEqual(again, ack | {"dup": True})
            shouted = await send(customer, "Where is it?", cid=cid.upper())
            self.assertEqual(shouted, ack | {"dup": True})
            self.assertEqual((await send(customer, "", cid=cid.upper()))["cid"], cid)
            self.assertEqual((await send(customer, "And when?"))["seq"], 3)
            self.assertEqual(await texts(office, 3), [PLACED, "Where is it?", "And when?"])

    async def test_the_author_is_shown_the_message_too(self):
        async with self.talker(self.customer) as customer:
            await customer.say("send", cid=str(uuid.uuid4()), text="Hello?")
            self.assertEqual(await texts(customer, 2), [PLACED, "Hello?"])

    async def test_a_key_known_with_another_text_is_refused_and_nothing_written(self):
        async with self.talker(self.customer) as customer:
            cid = str(uuid.uuid4())
            await send(customer, "One", cid=cid)
            refused = await send(customer, "Two", cid=cid)
            self.assertEqual((refused["code"], refused["cid"]), ("cid_taken", cid))
            self.assertEqual(await sync_to_async(Message.objects.of(self.order.pk).count)(), 2)

    async def test_what_is_no_message_is_refused_in_words(self):
        async with self.talker(self.customer) as customer:
            for text, code in [(" \n", "empty"), ("x" * 4001, "too_long"), (None, "bad_text")]:
                refused = await send(customer, text)
                self.assertEqual((refused["type"], refused["code"]), ("refused", code))
                self.assertGreater(len(refused["text"]), 10)
            for cid in ("", "7", "{" + str(uuid.uuid4()) + "}"):
                await customer.say("send", cid=cid, text="Hello")
                refused = await customer.expect("refused")
                self.assertEqual((refused["code"], refused["cid"]), ("bad_cid", None))
            self.assertEqual(await sync_to_async(Message.objects.of(self.order.pk).count)(), 0)

    async def test_what_is_written_elsewhere_is_shown(self):
        """In another process: here the one that runs the tests, by way of Redis."""
        async with self.talker(self.customer, after=0) as customer:
            write = partial(post_message, order_id=self.order.pk, author=staff(self.colleague))
            await sync_to_async(write)(cid=uuid.uuid4(), text="It left today.")
            self.assertEqual(await texts(customer, 2), [PLACED, "It left today."])

    async def test_who_comes_back_is_told_what_they_missed(self):
        await sync_to_async(say_all)(self.order, *"abcd")
        async with self.wire(self.customer) as customer:
            await customer.say("hello", after=3)
            self.assertEqual(await texts(customer, 5), ["c", "d"])

    async def test_a_long_absence_is_told_page_by_page(self):
        await sync_to_async(say_all)(self.order, *[f"{n}{n * 'ø'}" for n in range(2000, 2020)])
        async with self.wire(self.staff) as office:
            await office.say("hello", after=0)
            page = await office.expect("messages")
            seqs = [item["seq"] for item in page["items"]]
            self.assertEqual(seqs, [*range(1, len(seqs) + 1)])
            self.assertIs(page["more"], True)
            async with self.talker(self.customer, after=21) as customer:
                await send(customer, "And now")
            await office.say("fetch", after=seqs[-1])
            # What came meanwhile follows, by the page or by itself.
            said = await texts(office, 22)
            self.assertEqual(len(said), 22 - seqs[-1])
            self.assertEqual(said[-1], "And now")

    async def test_history_is_fetched_upwards_in_ascending_order(self):
        await sync_to_async(say_all)(self.order, *"abcde")
        async with self.talker(self.customer, after=6) as customer:
            await customer.say("fetch", before=6, limit=2)
            page = await customer.expect("messages")
            self.assertEqual([item["text"] for item in page["items"]], ["c", "d"])
            self.assertIs(page["more"], True)
            await customer.say("fetch", before=4)
            page = await customer.expect("messages")
            self.assertEqual([item["text"] for item in page["items"]], [PLACED, "a", "b"])
            self.assertIs(page["more"], False)

    async def test_a_lost_nudge_is_made_up_for_by_the_heartbeat(self):
        async with self.talker(self.customer) as customer:
            # Written behind everybody's back, as if the nudge had been lost.
            await sync_to_async(self.write_silently)("Psst")
            with self.assertRaises(TimeoutError):
                await customer.hear(0.3)
            await customer.say("heartbeat")
            beat = {"type": "heartbeat", "head": 2, "live": True}
            self.assertEqual(await customer.expect("heartbeat"), beat)
            self.assertEqual(await texts(customer, 2), [PLACED, "Psst"])

    def write_silently(self, text: str) -> None:
        with patch("main.broadcasts.nudges.publish"):
            say_all(self.order, text)

    async def test_what_one_has_read_is_told_to_the_other_and_never_goes_back(self):
        await sync_to_async(say_all)(self.order, "a", "b")
        async with self.talker(self.customer) as customer, self.talker(self.staff) as office:
            await office.say("read", upto=3)
            read = {"type": "read", "who": f"staff-{self.colleague.pk}", "upto": 3}
            self.assertEqual(await customer.expect("read"), read)
            await office.say("read", upto=1)
            await office.say("heartbeat")
            await office.expect("heartbeat")
            [cursor] = await self.rows(ReadCursor.objects.filter(conversation=self.order.pk))
            self.assertEqual((cursor.reader_id, cursor.upto), (self.colleague.pk, 3))

    async def test_typing_is_shown_to_the_other_and_not_to_oneself(self):
        async with self.talker(self.customer) as customer, self.talker(self.staff) as office:
            await customer.expect("presence")
            await customer.say("typing", on=True)
            typing = {"type": "typing", "who": "customer", "on": True}
            self.assertEqual(await office.expect("typing"), typing)
            with self.assertRaises(TimeoutError):
                await customer.hear(0.3)

    async def test_coming_and_going_is_told_once_and_a_reload_is_not(self):
        person = {"who": f"staff-{self.colleague.pk}", "name": "Olive Office", "role": "staff"}
        async with self.talker(self.customer) as customer:
            async with self.talker(self.staff), self.talker(self.staff):
                pass
            async with self.talker(self.staff):
                pass
            came = await customer.expect("presence")
            self.assertEqual(came, {"type": "presence", **person, "state": "online"})
            went = await customer.expect("presence")
            self.assertEqual(went, {"type": "presence", **person, "state": "offline"})

    async def test_staff_sees_who_waits_without_asking(self):
        async with self.talker(self.customer) as customer, self.talker(self.staff) as office:
            ack = await send(customer, "Where is it?")
            frame = await office.expect("conversation")
            self.assertEqual(
                frame,
                {
                    "type": "conversation",
                    "assignee": None,
                    "closed": False,
                    "waiting_since": ack["at"],
                },
            )
            await send(office, "On its way.")
            frame = await office.expect("conversation")
            colleague = {"who": f"staff-{self.colleague.pk}", "name": "Olive Office"}
            self.assertEqual((frame["assignee"], frame["waiting_since"]), (colleague, None))

    async def test_two_who_send_at_once_see_one_order(self):
        async with self.talker(self.customer) as customer, self.talker(self.staff) as office:

            async def talk(wire, name):
                for number in range(10):
                    await wire.say("send", cid=str(uuid.uuid4()), text=f"{name}{number}")

            await asyncio.gather(talk(customer, "c"), talk(office, "s"))
            seen = await asyncio.gather(texts(customer, 21), texts(office, 21))
            self.assertEqual(seen[0], seen[1])
            self.assertEqual(len(set(seen[0])), 21)


class RefusalTests(Refusals, ChatCase):
    pass


class SessionTests(Sessions, ChatCase):
    pass
