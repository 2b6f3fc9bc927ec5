"""A mail server that keeps what the shop sends: the SMTP that a client needs."""

import socketserver
import threading
from email import message_from_bytes, policy
from types import TracebackType

from rehearsal.walk_browser import LOOPBACK

_CALM = {b"DATA": b"354 go on", b"QUIT": b"221 bye"}


class _Visit(socketserver.StreamRequestHandler):
    """One client: every command is accepted, and what follows DATA is a mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.walk.example\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            self.wfile.write(_CALM.get(verb, b"250 fine") + b"\r\n")
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                self._keep()

    def _keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.letters.append(b"".join(lines))  # type: ignore[attr-defined]
        self.wfile.write(b"250 kept\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """The client ended in the middle of a mail."""


class Mailbox:
    """Accepts mails at `url` while the block runs."""

    def __enter__(self) -> "Mailbox":
        self._server = _Server((LOOPBACK, 0), _Visit)
        self._server.letters = []  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://{LOOPBACK}:{self._server.server_address[1]}"

    def texts_to(self, address: str) -> list[str]:
        """The plain text of each mail sent to this address."""
        texts = []
        for letter in list(self._server.letters):  # type: ignore[attr-defined]
            mail = message_from_bytes(letter, policy=policy.default)
            body = mail.get_body(("plain",))
            if address in str(mail["To"]) and body:
                texts.append(body.get_content())
        return texts
