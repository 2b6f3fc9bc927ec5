"""Customer service's stream: how fast, how long, for whom, and what it survives."""

import asyncio
import logging
from unittest.mock import patch

from channels.layers import channel_layers
from django.db import OperationalError
from django.test import override_settings, tag

from main.access import SIGNED_IN_AT
from main.gateways import presence
from main.sockets import customer_service_hub, customer_service_stream
from main.tests.support.customer_service_case import ask
from main.tests.support.customer_service_stream_case import LIMIT, StreamTestCase
from main.tests.support.factories import (
    DispatcherFactory,
    UserFactory,
)


@tag("once")
class StreamTests(StreamTestCase):
    async def test_it_says_how_to_come_back_and_keeps_out_of_every_cache(self) -> None:
        async with self.stream() as server:
            self.assertEqual(self.status, 200)
            self.assertEqual(self.headers[b"content-type"], b"text/event-stream; charset=utf-8")
            self.assertEqual(self.headers[b"cache-control"], b"no-store")
            self.assertEqual(self.headers[b"x-accel-buffering"], b"no")
            text = await self.hear(server)
            self.assertTrue(text.startswith("retry: 2000\n\nevent: snapshot\nid: "))

    async def test_what_happens_is_told_at_once(self) -> None:
        async with self.stream() as server:
            await self.hear(server, "snapshot", "presence")
            await self.in_database(self.commit, ask, self.order)
            await self.hear(server, "upsert")
            self.assertEqual(list(self.reader.rows), [self.order.pk])

    def commit(self, act, *args, **kwargs) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            act(*args, **kwargs)

    async def test_a_burst_is_told_together(self) -> None:
        # Long enough for five messages on a slow machine.
        with patch.object(customer_service_stream, "PACE", 1.0):
            async with self.stream() as server:
                await self.hear(server, "snapshot", "presence")
                for _ in range(5):
                    await self.in_database(self.commit, ask, self.order)
                text = await self.hear(server, "upsert")
                self.assertEqual(text.count("event: upsert"), 1)
                self.assertEqual(self.reader.rows[self.order.pk]["unread"], 5)

    async def test_what_no_nudge_told_of_is_found_by_the_sweep(self) -> None:
        with patch.object(customer_service_stream, "SWEEP", 0.1):
            async with self.stream() as server:
                await self.hear(server, "snapshot", "presence")
                await self.in_database(ask, self.order)  # its transaction never commits
                await self.hear(server, "upsert")
                self.assertEqual(await self.hear(server), ":\n\n")

    async def test_it_resumes_where_it_was_cut(self) -> None:
        async with self.stream() as server:
            await self.hear(server, "snapshot", "presence")
        await self.in_database(ask, self.order)
        async with self.stream(last_event_id=self.reader.last_event_id) as server:
            text = await self.hear(server)
            self.assertIn("event: upsert\n", text)
            self.assertNotIn("event: snapshot\n", text)

    async def test_who_is_there_is_told_at_the_start_and_when_it_changes(self) -> None:
        ada = {"who": "customer", "name": "Ada", "role": "customer"}
        async with self.stream() as server:
            await self.hear(server, "presence")
            self.assertEqual(self.reader.presence, {})
            await presence.touch(self.order.pk, ada)
            await self.hear(server, "presence")
            there = {str(self.order.pk): [{"who": "customer", "name": "Ada"}]}
            self.assertEqual(self.reader.presence, there)
            async with self.stream() as second:
                await self.hear(second, "presence")
                self.assertEqual(self.reader.presence, there)

    async def test_whoever_leaves_leaves_nothing_behind(self) -> None:
        async with self.stream() as server:
            await self.hear(server, "snapshot")
            layer = channel_layers["default"]
            self.assertEqual(len(layer.groups["desk"]), 1)
        self.assertEqual(layer.groups, {})
        news = customer_service_hub.the_customer_service_hub()
        self.assertEqual((news._listeners, news._upkeep), (set(), None))

    async def test_a_layer_that_fails_costs_only_time(self) -> None:
        layer = channel_layers["default"]
        with (
            patch.object(layer, "group_add", side_effect=OSError("gone")),
            patch.object(customer_service_stream, "SWEEP", 0.1),
        ):
            async with self.stream() as server:
                await self.hear(server, "snapshot", "presence")
                await self.in_database(ask, self.order)
                await self.hear(server, "upsert")

    async def test_a_layer_that_came_back_is_joined_again_and_all_is_looked_at(self) -> None:
        layer = channel_layers["default"]
        layer.times_back = 0
        async with self.stream() as server:
            await self.hear(server, "snapshot", "presence")
            layer.groups.clear()
            await self.in_database(ask, self.order)
            layer.times_back += 1
            await self.hear(server, "upsert")
            self.assertEqual(len(layer.groups["desk"]), 1)

    async def test_a_database_that_was_away_costs_only_time(self) -> None:
        for name in ("SWEEP", "SOON"):
            self.enterContext(patch.object(customer_service_stream, name, 0.1))
        async with self.stream() as server:
            await self.hear(server, "snapshot", "presence")
            with (
                self.assertLogs(customer_service_stream.logger, "WARNING"),
                patch(
                    "main.sockets.customer_service_events.read_open_conversations",
                    side_effect=OperationalError("gone"),
                ),
            ):
                self.assertEqual(await self.hear(server), ":\n\n")
            await self.in_database(ask, self.order)
            await self.hear(server, "upsert")


@tag("once")
class EndTests(StreamTestCase):
    async def assert_ends(self, server) -> None:
        async with asyncio.timeout(LIMIT):
            while (await server.receive_output(LIMIT)).get("more_body"):
                pass

    async def test_it_ends_after_a_while_for_the_browser_to_come_back(self) -> None:
        with patch.object(customer_service_stream, "LASTS", 0.1):
            async with self.stream() as server:
                await self.assert_ends(server)

    async def test_it_ends_when_so_much_was_sent_that_nobody_may_be_reading(self) -> None:
        with patch.object(customer_service_stream, "MOST_SENT", 100):
            async with self.stream() as server:
                await self.assert_ends(server)

    async def test_it_ends_with_the_session(self) -> None:
        async with self.stream() as server:
            await self.hear(server, "snapshot")
            await self.in_database(self.sign_out)
            await self.assert_ends(server)
        async with self.stream():
            self.assertEqual(self.status, 401)

    def sign_out(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.client.session.flush()

    async def test_it_ends_when_the_right_is_taken_away(self) -> None:
        # Its transaction never commits, so that only the check finds out.
        with override_settings(CHAT_RECHECK=0.1):
            async with self.stream() as server:
                await self.hear(server, "snapshot")
                await self.in_database(self.clerk.groups.clear)
                await self.assert_ends(server)
        async with self.stream():
            self.assertEqual(self.status, 403)


@tag("once")
class RefusalTests(StreamTestCase):
    def setUp(self) -> None:
        super().setUp()
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)

    async def assert_refused(self, status: int, **how) -> None:
        async with self.stream(**how) as server:
            self.assertEqual(self.status, status)
            await self.hear(server)
            self.assertEqual(channel_layers["default"].groups, {})

    async def test_other_sites_and_other_methods(self) -> None:
        for site in ("cross-site", "same-site", "nonsense"):
            await self.assert_refused(403, sec_fetch_site=site)
        await self.assert_refused(405, method="POST")
        async with self.stream(sec_fetch_site="same-origin"):
            self.assertEqual(self.status, 200)

    async def test_who_is_not_signed_in(self) -> None:
        quoted = 'sessionid="abcdefghijk\\000lmnop"'
        for cookie in ("", "sessionid=nonsense", "sessionid=", "=;;=", "sessionid=\x00", quoted):
            await self.assert_refused(401, cookie=cookie)

    async def test_who_is_not_customer_service(self) -> None:
        for make in (UserFactory, DispatcherFactory):
            user = await self.in_database(make)
            await self.in_database(self.client.force_login, user)
            await self.assert_refused(403)

    async def test_who_signed_in_long_ago_or_without_a_second_factor(self) -> None:
        with override_settings(STAFF_SECOND_FACTOR=True):
            await self.assert_refused(403)
        await self.in_database(self.sign_in_yesterday)
        await self.assert_refused(403)

    def sign_in_yesterday(self) -> None:
        session = self.client.session
        session[SIGNED_IN_AT] -= 3600 * 24
        session.save()

    async def test_while_the_database_is_away_try_again(self) -> None:
        with patch(
            "main.sockets.customer_service_stream.look_at", side_effect=OperationalError("gone")
        ):
            await self.assert_refused(503)
        with patch(
            "main.sockets.customer_service_events.read_open_conversations",
            side_effect=OperationalError("gone"),
        ):
            await self.assert_refused(503)
