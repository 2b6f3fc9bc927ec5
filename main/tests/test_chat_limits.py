"""What keeps one socket from costing the process much: window, outbox, inbox, threads, hello."""

import asyncio
import json
import time
from unittest.mock import patch

from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase, override_settings, tag

from booktime.server.headers import PolicyMiddleware
from main.sockets import outbox, socket, threads
from main.sockets.conversation import ConversationSocket
from main.sockets.frames import Line, cut
from main.sockets.inbox import HOLDS, Inbox
from main.sockets.origins import is_own
from main.sockets.outbox import Outbox
from main.sockets.send_window import LIMIT, SendWindow

KIB = 1024


class Client:
    """Takes what an outbox sends, and answers a mark only when told to."""

    def __init__(self):
        self.frames, self.codes = [], []

    async def send(self, message):
        if message["type"] == "websocket.send":
            self.frames.append(json.loads(message["text"]))
        else:
            self.codes.append(message.get("code"))

    @property
    def marks(self):
        return [frame["n"] for frame in self.frames if "n" in frame]

    @property
    def size(self):
        return sum(len(json.dumps(frame)) for frame in self.frames)


def long_feed(count):
    texts = iter([json.dumps({"type": "messages", "text": 10 * KIB * "x"})] * count)

    async def feed():
        return next(texts, None)

    return feed


@tag("once")
class WindowTests(SimpleTestCase):
    def test_marks_come_with_every_so_many_bytes_and_open_the_window_again(self):
        window = SendWindow()
        marks = [window.count(KIB) for _ in range(129)]
        given = [mark for mark in marks if mark is not None]
        self.assertEqual([number for number, mark in enumerate(marks) if mark is not None],
                         [31, 63, 95, 127])  # fmt: skip
        self.assertFalse(window.is_open)
        for nonsense in (None, "1", -1, [], {}, given[0] + 1 if given[0] + 1 not in given else -2):
            self.assertFalse(window.acknowledge(nonsense))
        self.assertTrue(window.acknowledge(given[1]))
        self.assertTrue(window.is_open)
        # Those before are acknowledged with it, and none twice.
        self.assertFalse(window.acknowledge(given[0]))
        self.assertFalse(window.acknowledge(given[1]))


@tag("once")
class OutboxTests(SimpleTestCase):
    def setUp(self):
        self.client, self.stuck = Client(), []

    def outbox(self):
        return Outbox(self.client.send, on_stuck=lambda: self.stuck.append(True))

    async def test_who_does_not_read_is_sent_no_more_than_the_window(self):
        box = self.outbox()
        box.feed_from(long_feed(1000))
        await asyncio.sleep(0.01)
        self.assertLess(self.client.size, LIMIT + 12 * KIB)
        held = len(self.client.frames)
        box.put_fleeting('{"type":"typing"}')
        box.wake()
        await asyncio.sleep(0.01)
        self.assertEqual(len(self.client.frames), held)
        box.acknowledge(self.client.marks[-1])
        await asyncio.sleep(0.01)
        self.assertGreater(len(self.client.frames), held + 8)
        box.end()

    async def test_who_reads_is_sent_all(self):
        box = self.outbox()
        box.feed_from(long_feed(100))
        answered = 0
        while len(self.client.marks) > answered or answered == 0:
            await asyncio.sleep(0)
            for mark in self.client.marks[answered:]:
                answered += 1
                box.acknowledge(mark)
            await asyncio.sleep(0.005)
        self.assertEqual(sum(frame["type"] == "messages" for frame in self.client.frames), 100)
        self.assertEqual(self.stuck, [])

    async def test_who_reads_nothing_for_long_is_stuck_and_who_reads_a_little_is_not(self):
        with patch.object(outbox, "PATIENCE", 0.05):
            box = self.outbox()
            box.feed_from(long_feed(1000))
            for _ in range(3):
                await asyncio.sleep(0.03)
                box.acknowledge(self.client.marks[-1])
            self.assertEqual(self.stuck, [])
            await asyncio.sleep(0.08)
            self.assertEqual(self.stuck, [True])
            box.end()

    async def test_a_close_follows_what_was_said_and_ends_all(self):
        box = self.outbox()
        box.put('{"type":"refused"}')
        box.close(4009)
        box.put('{"type":"late"}')
        box.close(4001)
        await asyncio.sleep(0.01)
        self.assertEqual([frame["type"] for frame in self.client.frames], ["refused"])
        self.assertEqual(self.client.codes, [4009])

    def test_a_frame_holds_a_hundred_messages_or_so_many_bytes(self):
        short = [Line(number, "{}", {}) for number in range(150)]
        self.assertEqual(len(cut(short)), 100)
        long = [Line(number, "ø" * 8 * KIB, {}) for number in range(10)]
        self.assertEqual(len(cut(long)), 3)
        self.assertEqual(len(cut([Line(1, "x" * 64 * KIB, {})] * 2)), 1)


@tag("once")
class InboxTests(SimpleTestCase):
    async def test_jobs_are_done_in_turn_and_no_more_are_kept_than_it_holds(self):
        done, gate, inbox = [], asyncio.Event(), Inbox()

        def job(number):
            async def work():
                await gate.wait()
                if number == 1:
                    raise ValueError("One that fails is not the end of the others.")
                done.append(number)

            return work

        with self.assertLogs("main.sockets.inbox", "ERROR"):
            self.assertTrue(inbox.put(job(0)))
            await asyncio.sleep(0)
            taken = [inbox.put(job(number)) for number in range(1, HOLDS + 2)]
            self.assertEqual(taken, [True] * HOLDS + [False])
            gate.set()
            await asyncio.sleep(0.01)
        self.assertEqual(done, [0, *range(2, HOLDS + 1)])
        self.assertTrue(inbox.put(job(99)))


@tag("once")
class ThreadTests(SimpleTestCase):
    async def seconds_of_twenty(self):
        began = time.monotonic()
        await asyncio.gather(*(threads.run(time.sleep, 0.03) for _ in range(20)))
        return time.monotonic() - began

    @override_settings(CHAT_THREADS=6)
    async def test_slow_calls_do_not_queue_behind_one_thread(self):
        self.assertLess(await self.seconds_of_twenty(), 0.4)

    @override_settings(CHAT_THREADS=0)
    async def test_on_one_thread_they_would(self):
        self.assertGreater(await self.seconds_of_twenty(), 0.6)


@tag("once")
class HelloTests(SimpleTestCase):
    async def test_who_says_nothing_is_shown_out(self):
        client = Client()
        with patch.object(socket, "HELLO_WITHIN", 0.02):
            silent = ConversationSocket(order_id=1, session_key="", send=client.send)
            silent.begin()
            await asyncio.sleep(0.05)
        self.assertEqual(client.codes, [4001])
        await silent.end(is_restart=False)


@tag("once")
@override_settings(
    SECURE=True,
    SITE_URL="https://shop.example",
    ALLOWED_HOSTS=["shop.example", "www.shop.example", "127.0.0.1"],
    CSRF_TRUSTED_ORIGINS=["https://*.books.example"],
)
class OriginTests(SimpleTestCase):
    def is_own(self, *origins, host="shop.example"):
        return is_own([(b"host", host.encode()), *((b"origin", o.encode()) for o in origins)])

    def test_the_shops_own_origin_is_full_scheme_host_and_port(self):
        own = ["https://shop.example", "https://shop.example:443", "https://a.books.example"]
        for origin in own:
            self.assertTrue(self.is_own(origin), origin)
        for origin in (
            "http://shop.example", "https://shop.example:8443", "https://www.shop.example",
            "https://shop.example.evil.example", "https://books.example", "null", "",
            "http://a.books.example", "https://evilbooks.example", "https://shop.example:x",
        ):  # fmt: skip
            self.assertFalse(self.is_own(origin), origin)

    def test_none_or_two_are_no_origin(self):
        self.assertFalse(self.is_own())
        self.assertFalse(self.is_own("https://shop.example", "https://shop.example"))

    def test_a_page_of_any_allowed_host_may_ask_that_very_host(self):
        own = ("https://www.shop.example", "www.shop.example")
        for origin, host in [own, ("https://www.shop.example:8443", "www.shop.example:8443")]:
            self.assertTrue(self.is_own(origin, host=host), origin)
        for origin, host in [
            ("http://www.shop.example", "www.shop.example"),
            ("https://www.shop.example:8443", "www.shop.example"),
            # Another of ours is another site, unless it is trusted: so are forms.
            ("https://www.shop.example", "shop.example"),
            ("https://evil.example", "www.shop.example"),
            # A name that somebody else made point to this machine.
            ("https://evil.example", "evil.example"),
            ("https://www.shop.example", ""),
        ]:
            self.assertFalse(self.is_own(origin, host=host), (origin, host))
        with override_settings(ALLOWED_HOSTS=["shop.example"]):
            self.assertFalse(self.is_own(own[0], host=own[1]))
        with override_settings(SECURE=False):
            self.assertFalse(self.is_own(own[0], host=own[1]))
            self.assertTrue(self.is_own("http://127.0.0.1:8123", host="127.0.0.1:8123"))

    def test_two_hosts_are_none(self):
        name = b"www.shop.example"
        origin = (b"origin", b"https://" + name)
        self.assertTrue(is_own([origin, (b"host", name)]))
        self.assertFalse(is_own([origin, (b"host", b"evil.example"), (b"host", name)]))

    def test_the_policy_of_a_page_names_the_sockets_of_its_own_host(self):
        request = RequestFactory().get("/", headers={"host": "www.shop.example"}, secure=True)
        policy = PolicyMiddleware(lambda request: HttpResponse())(request)
        directives = policy["Content-Security-Policy"].split("; ")  # in any order
        self.assertIn("connect-src 'self' wss://www.shop.example", directives)
