"""Whoever hangs up, at whatever moment, costs the shop neither a thread nor a signal."""

import asyncio
from contextlib import suppress

from booktime.server.handler import cancelled_by_disconnect
from booktime.server.leased_threads import LeasedThreads
from main.tests.support.asgi_case import LIMIT, THREADS, Exchange, HandlerCase, get


class DisconnectTests(HandlerCase):
    async def test_a_thread_whose_view_still_runs_is_not_given_to_another(self):
        (gone,) = await self.hold("/gated/")
        await gone.disconnect()
        await asyncio.sleep(0.05)
        self.assertEqual(self.threads.free, THREADS - 1)
        answers = await asyncio.gather(*[get(self.handler, "/thread/") for _ in range(9)])
        self.assertEqual(len({ident for _, ident in answers}), THREADS - 1)
        self.finished.clear()
        self.stage.gate.set()
        await gone.wait()
        self.assertTrue(gone.server.output_queue.empty())
        self.assertEqual(len(self.finished), 1)
        await self.assert_all_threads_are_back()

    async def test_the_server_may_cancel_and_cancel_again(self):
        held = await self.hold("/gated/", "/gated-stream/")
        for _ in range(2):
            for exchange in held:
                exchange.server.future.cancel()
            await asyncio.sleep(0.02)
        self.assertTrue(all(exchange.server.future.cancelled() for exchange in held))
        self.assertEqual(self.threads.free, THREADS - 2)
        self.stage.gate.set()
        await self.assert_all_threads_are_back()
        self.assertEqual(len(self.finished), 2 + 9)

    async def test_a_stream_that_nobody_waits_for_is_closed(self):
        (gone,) = await self.hold("/gated-stream/")
        await gone.disconnect()
        self.stage.gate.set()
        await gone.wait()
        self.assertEqual(len(self.finished), 1)
        await self.assert_all_threads_are_back()

    async def test_an_async_view_is_cancelled(self):
        (gone,) = await self.hold("/waiting/")
        await gone.disconnect()
        await gone.wait()
        self.assertFalse(gone.server.future.cancelled())
        self.assertEqual((self.stage.order, len(self.finished)), (["left"], 1))
        await self.assert_all_threads_are_back()

    async def test_a_server_that_cancels_sees_that_it_did(self):
        (killed,) = await self.hold("/waiting/")
        killed.server.future.cancel()
        await killed.wait()
        self.assertTrue(killed.server.future.cancelled())
        self.assertEqual((self.stage.order, len(self.finished)), (["left"], 1))
        await self.assert_all_threads_are_back()

    async def test_a_server_that_cancels_while_the_client_goes_sees_it_too(self):
        async def receive():
            task.cancel()
            return {"type": "http.disconnect"}

        async def block():
            async with cancelled_by_disconnect(receive):
                await asyncio.sleep(LIMIT)

        task = asyncio.create_task(block())
        with self.assertRaises(asyncio.CancelledError):
            await task

    async def test_a_stream_ends(self):
        exchange = await Exchange(self.handler, "/endless/").start()
        for _ in range(4):
            await exchange.server.receive_output(LIMIT)
        self.assertEqual(self.threads.free, THREADS - 1)
        await exchange.disconnect()
        await exchange.wait()
        self.assertEqual((self.stage.order, len(self.finished)), (["closed"], 1))
        await self.assert_all_threads_are_back()

    async def test_who_leaves_the_queue_leaves_no_trace(self):
        self.handler.threads = LeasedThreads(1)
        (first,) = await self.hold("/gated/?name=first")
        gone = await Exchange(self.handler, "/gated/?name=gone").start()
        killed = await Exchange(self.handler, "/gated/?name=killed").start()
        last = await Exchange(self.handler, "/gated/?name=last").start()
        await gone.disconnect()
        killed.server.future.cancel()
        await gone.wait()
        with suppress(asyncio.CancelledError):
            await killed.server.future
        self.stage.gate.set()
        self.assertEqual([(await each.finish())[0] for each in (first, last)], [200, 200])
        self.assertEqual(self.stage.order, ["first", "last"])
        self.assertEqual(len(self.finished), 2)
        await self.assert_all_threads_are_back()

    async def test_who_leaves_while_sending_takes_no_thread(self):
        exchange = Exchange(self.handler, "/upload/", method="POST")
        part = {"type": "http.request", "body": b"a part", "more_body": True}
        await exchange.server.send_input(part)
        await exchange.disconnect()
        await exchange.wait()
        self.assertEqual(self.threads.started, 0)

    async def test_a_hundred_who_come_and_go_leave_no_trace(self):
        with self.assertLogs("django.request", "ERROR"):
            exchanges = [
                await Exchange(self.handler, path).start()
                for _ in range(20)
                for path in ("/thread/", "/waiting/", "/endless/", "/stream/", "/failing/")
            ]
            for number, exchange in enumerate(exchanges):
                await asyncio.sleep(0.001 * (number % 3))
                if number % 2:
                    await exchange.disconnect()
                else:
                    exchange.server.future.cancel()
            for exchange in exchanges:
                with suppress(asyncio.CancelledError):
                    await exchange.wait()
            await self.assert_all_threads_are_back()
