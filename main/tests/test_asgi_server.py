"""The application as servers know it, and on a real one: protocols, clients that leave, the end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import SimpleTestCase, tag

from booktime.asgi import application
from main.tests.support.asgi_case import LIMIT, THREADS
from main.tests.support.asgi_views import CHUNKS
from main.tests.support.live_services import free_port


@contextmanager
def daphne():
    """The small views on a real server; gives its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v0"]
    environment = os.environ | {"DEBUG": "true", "SECURE": "false", "ASGI_THREADS": str(THREADS)}
    process = subprocess.Popen(
        [*command, "main.tests.support.asgi_views:application"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_up = time.monotonic() + 30
        while time.monotonic() < until_up and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.kill()
        process.wait()


def ask(port, path):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    client.request("GET", path)
    response = client.getresponse()
    return response.status, response.read().decode()


@tag("once")
class ProtocolTests(SimpleTestCase):
    async def test_servers_that_ask_may_start_and_stop(self):
        server = ApplicationCommunicator(application, {"type": "lifespan"})
        for phase in ("startup", "shutdown"):
            await server.send_input({"type": f"lifespan.{phase}"})
            answer = await server.receive_output(LIMIT)
            self.assertEqual(answer, {"type": f"lifespan.{phase}.complete"})
        await server.wait(LIMIT)

    async def test_a_socket_that_there_is_none_of_is_refused(self):
        scope = {"type": "websocket", "path": "/ws/", "headers": [(b"origin", b"null")]}
        server = ApplicationCommunicator(application, scope)
        await server.send_input({"type": "websocket.connect"})
        self.assertEqual((await server.receive_output(LIMIT))["type"], "websocket.close")


@tag("server", "door")
class DaphneTests(SimpleTestCase):
    def test_who_hangs_up_costs_nothing_and_the_server_ends_at_once(self):
        with daphne() as (port, process):
            for path in ["/sleepy/", "/endless/", "/waiting/", "/async-stream/"] * 5:
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    time.sleep(0.01)
            self.assertEqual(ask(port, "/stream/"), (200, "".join(CHUNKS)))
            self.assertEqual(ask(port, "/count-threads/"), (200, str(THREADS)))
            process.send_signal(signal.SIGTERM)
            # Django's own handler makes threads that the interpreter waits for, for ever when
            # they wait for the event loop that has ended. Views that still run get 5 seconds.
            self.assertIsNotNone(process.wait(timeout=2 * LIMIT))

    def test_requests_in_flight_are_answered_when_the_server_is_told_to_end(self):
        with daphne() as (port, process), ThreadPoolExecutor(3 * THREADS) as clients:
            # More than there are threads: some have not begun yet.
            asked = [clients.submit(ask, port, "/sleepy/") for _ in range(3 * THREADS)]
            time.sleep(0.4)
            process.send_signal(signal.SIGTERM)
            self.assertEqual([each.result() for each in asked], [(200, "slept")] * 3 * THREADS)
            self.assertIsNotNone(process.wait(timeout=LIMIT))
