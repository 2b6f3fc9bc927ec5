"""The life of one socket: admitted, checked again from time to time, closed with a reason."""

import asyncio
import itertools
import logging
import random
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

from booktime.sight import log_context, outages
from booktime.sight.close_codes import RESTARTING, SIGN_IN, TOO_FAST, TOO_SLOW
from booktime.sight.socket_log import log_refusal
from main.conversation_access import person_of
from main.gateways import seats
from main.gateways.rates import TokenBucket
from main.models import Participant
from main.sockets import admission, frames, threads
from main.sockets.admission import Credential, NotAdmitted
from main.sockets.frames import BadFrame
from main.sockets.hub import Hub, the_hub
from main.sockets.inbox import Inbox, Job
from main.sockets.outbox import Outbox, Send
from main.sockets.rooms import Reader, Room

logger = logging.getLogger(__name__)

HELLO_WITHIN = 10  # seconds
FRAMES, FRAMES_AT_ONCE = 20, 60  # per socket: a second, and in a burst
BAD_IN_A_ROW = 3
_AGAIN = 5  # seconds until the next check if the database did not answer
_process, _counter = uuid.uuid4().hex[:12], itertools.count(1)

Handler = Callable[[Any, dict[str, Any]], None]


class Socket:
    """Frames are read as they come and handled in turn; the outbox sends.

    A subclass says in HANDLERS what to do with each type of frame.
    """

    __slots__ = ("__weakref__", "_bad", "_frames", "_inbox", "_timers", "credential", "hub",
                 "is_closing", "name", "order_id", "outbox", "participant", "person", "reader",
                 "room")  # fmt: skip

    HANDLERS: dict[str, Handler] = {}

    def __init__(self, *, order_id: int, session_key: str, send: Send) -> None:
        self.order_id = order_id
        self.credential = Credential(session_key=session_key)
        self.participant: Participant | None = None
        self.person = ""
        self.name = f"{_process}-{next(_counter)}"
        self.hub: Hub = the_hub()
        self.room: Room | None = None
        self.reader: Reader | None = None
        self.outbox = Outbox(send, on_stuck=lambda: self.close(TOO_SLOW))
        self.is_closing = False
        self._inbox = Inbox()
        self._frames = TokenBucket(FRAMES, FRAMES_AT_ONCE)
        self._bad = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def me(self) -> Participant:
        assert self.participant is not None  # noqa: S101 - asked of members of a room only
        return self.participant

    @property
    def session_digest(self) -> str:
        return self.credential.session_digest

    # --- Its life ---------------------------------------------------------------------------

    def begin(self) -> None:
        """The connection is open. Without a session, wait for a hello with a ticket."""
        self.after(HELLO_WITHIN, "hello", lambda: self.close(SIGN_IN))
        if self.credential.session_key:
            self.do(self._admit)

    def take(self, text: str | None) -> None:
        """A frame from the client; None if it is not text."""
        if self.is_closing:
            return
        if self._frames.take():
            self.close(TOO_FAST)
        else:
            self._take_frame(text)

    async def end(self, *, is_restart: bool) -> None:
        """The connection has ended."""
        self.is_closing = True
        leaving = self._leave(at_once=is_restart)
        self._inbox.clear()
        self.outbox.end()
        if leaving and is_restart:
            await asyncio.wait([leaving], timeout=1)

    def close(self, code: int) -> None:
        if not self.is_closing:
            self.is_closing = True
            self._inbox.clear()
            self.outbox.close(code)
            self._leave()

    def come_back_later(self) -> None:
        """Close: something that we need to go on is away."""
        after = random.randrange(500, 3000)  # noqa: S311 - chance that need not be secret
        self.outbox.put(frames.goodbye(after))
        self.close(RESTARTING)

    def refuse(self, code: str, **details: Any) -> None:
        """`details`: see frames.refused."""
        self.outbox.put(frames.refused(code, **details))
        log_refusal(code)

    def end_session(self) -> None:
        self.close(SIGN_IN)

    def do(self, job: Job) -> None:
        """Do the job when its turn comes."""
        if not self._inbox.put(job):
            self.close(TOO_FAST)

    def after(self, seconds: float, name: str, act: Callable[[], None]) -> None:
        self.not_after(name)
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, act)

    def not_after(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()

    def _leave(self, *, at_once: bool = False) -> asyncio.Task[None] | None:
        for name in list(self._timers):
            self.not_after(name)
        room, self.room = self.room, None
        if room is None:
            return None
        self.hub.subscriptions.start(seats.leave(self.person, self.name))
        return self.hub.leave_room(room, self, at_once=at_once)

    # --- Frames -----------------------------------------------------------------------------

    def _take_frame(self, text: str | None) -> None:
        frame: dict[str, Any] = {}
        try:
            frame = frames.read_frame(text)
            frames.check_size(text)
            self._bad = 0
            kind = frame.get("type")
            handler = self.HANDLERS.get(kind) if isinstance(kind, str) else None
            # Future clients may send types that are unknown today.
            if handler:
                handler(self, frame)
        except BadFrame as error:
            self.refuse(error.code, cid=frame.get("cid"))
            self._bad += error.code in ("bad_frame", "too_long")
            if self._bad >= BAD_IN_A_ROW:
                self.close(TOO_FAST)

    # --- Who this is ------------------------------------------------------------------------

    async def _admit(self) -> None:
        """Admit by the session. Without a valid one, the client may still have a ticket."""
        try:
            participant = await threads.run(admission.admit, self.order_id, self.credential)
            self.let_in(participant, self.credential)
        except NotAdmitted as error:
            if error.code != SIGN_IN:
                self.close(error.code)
        except Exception as error:
            outages.log(logger, "The user of a socket could not be looked up", error)
            self.come_back_later()

    def let_in(self, participant: Participant, credential: Credential) -> None:
        self.participant, self.credential = participant, credential
        log_context.note(role=str(participant.role), user_id=participant.user_id)
        self.person = person_of(participant, self.order_id)
        self._look_again(settings.CHAT_RECHECK * random.uniform(0.9, 1))  # noqa: S311

    def _look_again(self, seconds: float) -> None:
        if not self.is_closing:
            self.after(seconds, "recheck", self.check_rights)

    def check_rights(self) -> None:
        self.hub.subscriptions.start(self._recheck())

    async def _recheck(self) -> None:
        """Check that the session is still valid and the right still exists."""
        again: float = settings.CHAT_RECHECK
        try:
            self.participant = await threads.run(admission.admit, self.order_id, self.credential)
        except NotAdmitted as error:
            self.close(error.code)
        except Exception as error:
            outages.log(logger, "A right could not be checked again", error)
            again = min(_AGAIN, again)
        self._look_again(again)
