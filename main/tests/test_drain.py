"""Servers that are told to stop: what they have begun they end, and nothing new begins."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import IO

from django.conf import settings
from django.test import SimpleTestCase, tag
from websockets.exceptions import ConnectionClosed

from main.tests.support.chat_client import open_wire
from main.tests.support.draining_asgi import LARGE
from main.tests.support.live_services import free_port

LIMIT = 15  # seconds for anything that is waited for
REQUEST = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Server:
    """A process that serves `draining_asgi`."""

    def __init__(
        self, program: str = "daphne", *, log: IO[str] | None = None, **environment: str
    ) -> None:
        self.port = free_port()
        address = ["--host" if program == "uvicorn" else "-b", "127.0.0.1"]
        command = [sys.executable, "-m", program, *address, "--port", str(self.port)]
        # What Daphne keeps to itself otherwise.
        command += ["-v2"] if log else []
        self.process = subprocess.Popen(
            [*command, "main.tests.support.draining_asgi:application"],
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=log or subprocess.DEVNULL,
        )

    async def __aenter__(self) -> "Server":
        async with asyncio.timeout(LIMIT):
            while not await self.accepts():
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *error) -> None:
        self.process.kill()
        self.process.wait()

    async def accepts(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False

    async def get(self, path: str) -> bytes:
        """All that comes, head and body, until the server hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(REQUEST.format(path).encode())
        answer = await reader.read()
        writer.close()
        return answer

    async def stop(self) -> float:
        """How many seconds it took to end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, LIMIT)
        return time.monotonic() - started


async def talk(server: Server, *, then: str = "", away: float = 0) -> tuple[list[dict], int | None]:
    """What a client of the socket hears until it is closed, and the close code.

    Who is away for some seconds speaks before they listen again.
    """
    heard: list[dict] = []
    async with open_wire(server.port, 1) as wire:
        with contextlib.suppress(ConnectionClosed):
            await wire.say("something")
            if then:
                await wire.connection.send(then)
            if away:
                wire.connection.transport.pause_reading()
                await asyncio.sleep(away)
                await wire.say("something")
                wire.connection.transport.resume_reading()
            while True:
                heard.append(await wire.hear(LIMIT))
    return heard, wire.connection.close_code


@tag("server", "once")
class DaphneTests(SimpleTestCase):
    async def test_requests_finish_streams_end_and_sockets_are_told_to_come_back(self):
        async with Server() as server:
            # A connection that asks nothing has no application: Daphne stumbles over it.
            _, idle = await asyncio.open_connection("127.0.0.1", server.port)
            requests = [asyncio.create_task(server.get("/slow/?1")) for _ in range(5)]
            stream = asyncio.create_task(server.get("/stream/"))
            sockets = [asyncio.create_task(talk(server)) for _ in range(5)]
            sockets.append(asyncio.create_task(talk(server, then="be slow")))
            # Longer than Daphne waits by itself for the answer to a close.
            sockets.append(asyncio.create_task(talk(server, away=1.9)))
            await asyncio.sleep(0.4)
            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0.4)
            self.assertFalse(await server.accepts())
            for answer in await asyncio.gather(*requests):
                head, _, body = answer.partition(b"\r\n\r\n")
                self.assertIn(b"connection: close", head.lower())
                self.assertIn(LARGE, body)
            self.assertTrue((await stream).endswith(b"9\r\n and last\r\n0\r\n\r\n"))
            for (goodbye, words), code in await asyncio.gather(*sockets):
                self.assertEqual((goodbye["type"], goodbye["code"], code), ("goodbye", 4012, 4012))
                self.assertIn(goodbye["after_ms"], range(2001))
                self.assertEqual((words["type"], words["code"]), ("heard", 4012))
            self.assertLess(await stopping, 3)
            idle.close()

    async def test_who_is_at_the_door_is_served_and_a_second_signal_changes_nothing(self):
        with tempfile.TemporaryFile("w+") as log:
            async with Server(log=log) as server:
                # It hears of the visitors just after the signal.
                answers = [asyncio.create_task(server.get("/deaf/"))]
                await asyncio.sleep(0.1)
                server.process.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.05)
                answers.append(asyncio.create_task(server.get("/slow/?0")))
                conversation = asyncio.create_task(talk(server))
                await asyncio.sleep(0.3)
                await server.stop()
                for answer in answers:
                    self.assertEqual((await answer).count(LARGE), 1)
                self.assertEqual((await conversation)[1], 4012)
                self.assertEqual(server.process.returncode, 0)
            log.seek(0)
            self.assertNotIn("Traceback", log.read())

    async def test_a_crowd_waits_at_the_door(self):
        async with Server() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(REQUEST.format("/slow/?0").encode())
            await reader.readuntil(LARGE)
            # Nobody is let in for a while.
            writer.write(REQUEST.format("/deaf/").encode())
            await asyncio.sleep(0.1)
            # Who finds no room tries again after a second.
            async with asyncio.timeout(0.9):
                crowd = await asyncio.gather(
                    *(asyncio.open_connection("127.0.0.1", server.port) for _ in range(200))
                )
            for _, each in crowd:
                each.write(REQUEST.format("/short/").encode())
            # It was not let in yet, and is all the same.
            await server.stop()
            answers = [await each.read() for each, _ in crowd]
            self.assertEqual(sum(b" 204 " in answer for answer in answers), 200)
            for _, each in [*crowd, (reader, writer)]:
                each.close()

    async def test_a_thread_that_hangs_is_not_waited_for(self):
        async with Server(LIMIT="0.1") as server:
            request = asyncio.create_task(server.get("/stuck/"))
            await asyncio.sleep(0.3)
            self.assertLess(await server.stop(), 4)
            self.assertEqual(server.process.returncode, 0)
            await asyncio.gather(request, return_exceptions=True)

    async def test_a_connection_between_two_requests_is_no_trouble(self):
        with tempfile.TemporaryFile("w+") as log:
            async with Server(log=log) as server:
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                # One that was answered, and one that is not yet asked to its end.
                writer.write(REQUEST.format("/slow/?0").encode())
                await reader.readuntil(LARGE)
                _, half = await asyncio.open_connection("127.0.0.1", server.port)
                half.write(b"POST /slow/?0 HTTP/1.1\r\nHost: localhost\r\n")
                writer.write(b"GET /slow/?0 HTTP/1.1\r\n")
                await asyncio.sleep(1.2)  # Daphne tidies up once a second
                self.assertLess(await server.stop(), 3)
                for each in (writer, half):
                    each.close()
            log.seek(0)
            words = log.read()
        self.assertIn("Received SIGTERM", words)
        self.assertNotIn("Traceback", words)

    async def test_who_takes_too_long_is_cut(self):
        async with Server(LIMIT="0.6") as server:
            request = asyncio.create_task(server.get("/slow/?60"))
            await asyncio.sleep(0.3)
            self.assertLess(await server.stop(), 2)
            self.assertEqual(await asyncio.gather(request, return_exceptions=True), [b""])

    async def test_without_draining_all_are_cut(self):
        async with Server(WITHOUT="drain") as server:
            request = asyncio.create_task(server.get("/slow/?0.8"))
            conversation = asyncio.create_task(talk(server))
            await asyncio.sleep(0.4)
            await server.stop()
            self.assertNotIn(b"the whole of it", await request)
            self.assertEqual(await conversation, ([], 1006))


@tag("server", "once")
class UvicornTests(SimpleTestCase):
    async def test_it_drains_by_itself_undisturbed(self):
        async with Server("uvicorn") as server:
            request = asyncio.create_task(server.get("/slow/?0.8"))
            conversation = asyncio.create_task(talk(server))
            await asyncio.sleep(0.4)
            self.assertLess(await server.stop(), 4)
            self.assertEqual((await conversation)[1], 1012)
            self.assertEqual((await request).count(LARGE), 1)
