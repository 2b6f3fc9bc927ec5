"""A mail server for tests, which takes mails and can be slow in one of its answers."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DRIP = 0.02  # seconds between two lines of an answer that does not end
LONG = 10_000  # characters of a line
MOST_LINES = 500  # so that a test without a deadline ends, too


class MailServer(socketserver.ThreadingTCPServer):
    """`drips_at` names the command whose answer never ends: "HELLO" is its greeting.

    With `is_rude` it answers QUIT with a line that is longer than any may be.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.drips_at = ""
        self.is_rude = False
        self.taken: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        try:
            self._say("HELLO", 220)
            while line := self.rfile.readline():
                if not self._answer(line.decode().split()[0].upper()):
                    return
        except OSError:
            return  # the other side has had enough

    def _answer(self, command: str) -> bool:
        if command == "DATA":
            self._say("DATA", 354)
            lines = list(iter(self.rfile.readline, b".\r\n"))
            self.server.taken.append(b"".join(lines).decode())
            self._say("TAKEN", 250)
        else:
            self._say(command, 221 if command == "QUIT" else 250)
        return command != "QUIT"

    def _say(self, command: str, code: int) -> None:
        if command == "QUIT" and self.server.is_rude:
            self.wfile.write(b"221 " + LONG * b"x")
        if command == self.server.drips_at:
            ended = threading.Event()
            for _ in range(MOST_LINES):
                self.wfile.write(f"{code}-wait\r\n".encode())
                ended.wait(DRIP)
        self.wfile.write(f"{code} yes\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)
