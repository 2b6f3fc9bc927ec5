"""Leased threads and the handler on them: reuse, errors, streams, clean state."""

import asyncio
import threading
import warnings
import weakref
from unittest import mock

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.test import TransactionTestCase, override_settings

from booktime.server.handler import LeasingHandler
from booktime.server.leased_threads import LeasedThreads
from main.tests.support import asgi_views
from main.tests.support.asgi_case import LIMIT, THREADS, Exchange, HandlerCase, get, until
from main.tests.support.asgi_views import CHUNKS


class ReuseTests(HandlerCase):
    async def test_many_requests_share_few_threads(self):
        answers = await asyncio.gather(*[get(self.handler, "/thread/") for _ in range(30)])
        self.assertEqual(len({ident for _, ident in answers}), THREADS)
        self.assertEqual(self.threads.started, THREADS)
        self.assertEqual(len(self.finished), 30)
        # Control: Django's own handler makes one for each.
        stock = ASGIHandler()
        answers = await asyncio.gather(*[get(stock, "/thread/") for _ in range(30)])
        self.assertGreater(len({ident for _, ident in answers}), THREADS)

    async def test_one_after_the_other_need_one_thread(self):
        for _ in range(5):
            await get(self.handler, "/thread/")
        self.assertEqual(self.threads.started, 1)

    async def test_as_many_views_run_at_once_as_there_are_threads(self):
        self.stage.barrier = threading.Barrier(THREADS)
        answers = await asyncio.gather(*[get(self.handler, "/together/") for _ in range(THREADS)])
        self.assertEqual(answers, [(200, "all here")] * THREADS)

    async def test_one_thread_less_and_they_do_not_meet(self):
        """Control of the test above."""
        self.handler.threads = LeasedThreads(THREADS - 1)
        self.stage.barrier = threading.Barrier(THREADS)
        with self.assertLogs("django.request", "ERROR"):
            answers = await asyncio.gather(
                *[get(self.handler, "/together/") for _ in range(THREADS)]
            )
        self.assertIn(500, [status for status, _ in answers])

    async def test_who_waits_longest_is_served_first(self):
        self.handler.threads = LeasedThreads(1)
        first, *others = [
            await Exchange(self.handler, f"/gated/?name={number}").start() for number in range(6)
        ]
        self.stage.gate.set()
        for exchange in (first, *others):
            await exchange.finish()
        self.assertEqual(self.stage.order, ["0", "1", "2", "3", "4", "5"])

    async def test_signals_are_sent_on_the_thread_of_the_view(self):
        started = []

        def note(**kwargs):
            started.append(threading.get_ident())

        signals.request_started.connect(note)
        self.addCleanup(signals.request_started.disconnect, note)
        _, ident = await get(self.handler, "/thread/")
        self.assertEqual((started, self.finished), ([int(ident)], [int(ident)]))

    async def test_an_async_view_and_its_sync_calls_share_the_thread(self):
        _, ident = await get(self.handler, "/async-thread/")
        self.assertEqual((self.threads.started, [int(ident)]), (1, self.finished))

    def test_several_event_loops_use_the_same_threads(self):
        idents = {asyncio.run(get(self.handler, "/thread/")) for _ in range(3)}
        self.assertEqual((len(idents), self.threads.started), (1, 1))

    def test_less_than_one_thread_is_refused(self):
        with self.assertRaisesMessage(ValueError, "at least 1"):
            LeasedThreads(0)


def failing_middleware(get_response):
    def middleware(request):
        get_response(request)
        raise ValueError("a middleware failed")

    return middleware


class ErrorTests(HandlerCase):
    async def test_a_failing_view_is_a_500_and_the_thread_comes_back(self):
        for _ in range(THREADS + 1):
            with self.assertLogs("django.request", "ERROR"):
                status, _ = await get(self.handler, "/failing/")
            self.assertEqual(status, 500)
        self.assertEqual(len(self.finished), THREADS + 1)
        await self.assert_all_threads_are_back()

    @override_settings(MIDDLEWARE=["main.tests.test_asgi.failing_middleware"])
    async def test_a_failing_middleware_is_a_500_and_the_thread_comes_back(self):
        handler = LeasingHandler()
        with self.assertLogs("django.request", "ERROR"):
            self.assertEqual((await get(handler, "/thread/"))[0], 500)
        self.assertEqual(handler.threads.free, THREADS)

    async def test_what_fails_while_closing_does_not_spoil_the_answer(self):
        def fail(**kwargs):
            raise OSError("the database went away")

        signals.request_finished.connect(fail)
        self.addCleanup(signals.request_finished.disconnect, fail)
        with self.assertLogs("django.request", "ERROR"):
            self.assertEqual((await get(self.handler, "/thread/"))[0], 200)
        signals.request_finished.disconnect(fail)
        await self.assert_all_threads_are_back()

    async def test_an_undecodable_request_is_a_400(self):
        exchange = Exchange(self.handler, "/thread/")
        exchange.server.scope["query_string"] = b"\xff"
        with self.assertLogs("django.request", "WARNING"):
            self.assertEqual((await (await exchange.start()).finish())[0], 400)
        await self.assert_all_threads_are_back()

    async def test_only_http_is_answered(self):
        with self.assertRaisesMessage(ValueError, "HTTP only"):
            await self.handler({"type": "websocket"}, None, None)


class DeliveryTests(HandlerCase):
    async def test_sync_iterators_arrive_whole(self):
        with warnings.catch_warnings(action="error"):
            self.assertEqual(await get(self.handler, "/stream/"), (200, "".join(CHUNKS)))
        self.assertEqual((self.threads.started, len(self.finished)), (1, 1))
        await self.assert_all_threads_are_back()

    async def test_sync_iterators_arrive_as_they_are_made(self):
        exchange = await Exchange(self.handler, "/endless-sync/").start()
        for _ in range(3):
            await exchange.server.receive_output(LIMIT)
        await exchange.disconnect()
        await exchange.wait()
        self.assertEqual((self.stage.order, len(self.finished)), (["closed"], 1))
        await self.assert_all_threads_are_back()

    async def test_async_iterators_arrive_whole_on_one_thread(self):
        self.assertEqual(await get(self.handler, "/async-stream/"), (200, "".join(CHUNKS)))
        self.assertEqual((self.threads.started, len(self.finished)), (1, 1))

    async def test_files_arrive_whole_and_are_closed(self):
        _, body = await get(self.handler, "/file/")
        self.assertIn("class Stage", body)
        self.assertEqual(len(self.finished), 1)

    async def test_uploads_arrive_whole(self):
        size = settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1000
        head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        body = head + b"x" * size + b"\r\n--edge--\r\n"
        headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
        headers.append((b"content-length", str(len(body)).encode()))
        exchange = Exchange(self.handler, "/upload/", method="POST", headers=headers, body=body)
        self.assertEqual(await (await exchange.start()).finish(), (200, str(size)))

    async def test_reading_has_no_thread_and_a_slow_sender_holds_none(self):
        self.handler.threads = LeasedThreads(1)
        slow = Exchange(self.handler, "/upload/", method="POST")
        part = {"type": "http.request", "body": b"a part", "more_body": True}
        await slow.server.send_input(part)
        self.assertEqual((await get(self.handler, "/thread/"))[0], 200)
        await slow.disconnect()
        await slow.wait()


class StateTests(HandlerCase):
    async def test_what_a_request_sets_is_gone_in_the_next(self):
        _, before = await get(self.handler, "/state/")
        await get(self.handler, "/leave-state/")
        _, after = await get(self.handler, "/state/")
        self.assertEqual(self.threads.started, 1)
        self.assertEqual(before, after)

    async def test_on_the_bare_thread_it_would_stay(self):
        """Control: it is the context of the call that keeps requests apart."""
        lease = self.threads.lease()
        await asyncio.wrap_future(lease.submit(asgi_views.mark.set, "left behind"))
        self.assertEqual(
            await asyncio.wrap_future(lease.submit(asgi_views.mark.get)), "left behind"
        )
        lease.end()

    async def test_an_idle_thread_keeps_nothing_alive(self):
        book = asgi_views.Stage()
        alive = weakref.ref(book)
        lease = self.threads.lease()
        await asyncio.wrap_future(lease.submit(id, book))
        del book
        await until(lambda: alive() is None)
        lease.end()

    async def test_what_a_lease_in_the_queue_was_asked_to_do_ends_with_it(self):
        self.handler.threads = LeasedThreads(1)
        first, second = self.threads.lease(), self.threads.lease()
        first.submit(int)
        waiting = second.submit(int)
        second.end()
        self.assertTrue(waiting.cancelled())
        first.end()
        await self.assert_all_threads_are_back()

    async def test_a_lease_that_has_ended_takes_no_calls(self):
        lease = self.threads.lease()
        lease.end()
        lease.end()
        with self.assertRaisesMessage(RuntimeError, "has ended"):
            lease.submit(print)


class DatabaseTests(HandlerCase, TransactionTestCase):
    async def test_a_connection_left_broken_serves_the_next_request(self):
        self.handler.threads = LeasedThreads(1)
        for _ in range(3):
            self.assertEqual((await get(self.handler, "/broken-query/"))[0], 200)
            self.assertEqual(await get(self.handler, "/query/"), (200, "1"))

    async def test_without_the_signals_it_would_not(self):
        """Control of the test above: closing old connections runs on the leased thread."""
        self.handler.threads = LeasedThreads(1)
        with (
            mock.patch.object(signals.request_started, "send"),
            mock.patch.object(signals.request_finished, "send"),
        ):
            await get(self.handler, "/broken-query/")
            lease = self.threads.lease()
            state = await asyncio.wrap_future(lease.submit(autocommit))
            lease.end()
        self.assertFalse(state)
        await get(self.handler, "/query/")

    async def test_many_at_once_query(self):
        answers = await asyncio.gather(*[get(self.handler, "/query/") for _ in range(30)])
        self.assertEqual(set(answers), {(200, "1")})


def autocommit():
    from django.db import connection

    return connection.get_autocommit()
