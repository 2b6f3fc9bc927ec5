"""What a client may say in a conversation, and what follows (docs/conversation.md)."""

import random
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from booktime.sight import outages
from booktime.sight.close_codes import OLD_PROTOCOL, SIGN_IN, TOO_FAST
from main.actions.conversations import Posted, join_conversation, mark_read, post_message
from main.errors import MessageRefused
from main.gateways import presence, rates, seats
from main.gateways.rates import TokenBucket
from main.reports.conversations import Standing, read_standing
from main.sockets import admission, frames, threads, timeline
from main.sockets.admission import NotAdmitted
from main.sockets.frames import MOST, VERSION, BadFrame, Line, read_cid, read_number
from main.sockets.outbox import Send
from main.sockets.rooms import Reader, Room
from main.sockets.socket import Socket, logger

SENDS, SENDS_AT_ONCE = 5, 20  # per socket: a second, and in a burst
REFUSED_IN_A_ROW = 100
A_PAGE = 50  # messages, unless the client asks for another number


class ConversationSocket(Socket):
    __slots__ = ("_has_greeted", "_is_typing", "_refused", "_sends", "_upto")

    def __init__(self, *, order_id: int, session_key: str, send: Send) -> None:
        super().__init__(order_id=order_id, session_key=session_key, send=send)
        self._has_greeted = self._is_typing = False
        self._sends: TokenBucket | None = None
        self._refused = 0
        self._upto = -1  # the message up to which to mark as read; -1: none

    # --- Hello ------------------------------------------------------------------------------

    def hello(self, frame: dict[str, Any]) -> None:
        if frame.get("v", VERSION) != VERSION:
            self.close(OLD_PROTOCOL)
            return
        if self._has_greeted:
            raise BadFrame
        after = read_number(frame, "after")
        self._has_greeted = True
        # If a thousand reconnect at once, the last get in late but are not turned away.
        self.not_after("hello")
        self.do(partial(self._greet, after, frame.get("ticket")))

    async def _greet(self, after: int, ticket: Any) -> None:
        try:
            if self.participant is None:
                await self._let_in_by(ticket)
            if await self._enter():
                await self._welcome(after)
        except NotAdmitted as error:
            self.close(error.code)
        except Exception as error:
            outages.log(logger, "A socket could not be welcomed", error)
            self.come_back_later()

    async def _let_in_by(self, ticket: Any) -> None:
        if not isinstance(ticket, str):
            raise NotAdmitted(SIGN_IN)
        self.let_in(*await threads.run(admission.admit_by_ticket, self.order_id, ticket))

    async def _enter(self) -> bool:
        """Listen before reading, so that no message falls between the two."""
        if self.room is None and not self.is_closing:
            if not await seats.take(self.person, self.name):
                self.close(TOO_FAST)
                return False
            self.room = await self.hub.open_room(self)
            if self.is_closing:  # set while we waited
                self._leave()  # type: ignore[unreachable]
        return not self.is_closing

    async def _welcome(self, after: int) -> None:
        standing, lines, more = await threads.run(self._read_beginning, after)
        me = frames.person(self.me)
        there = await presence.touch(self.order_id, me)
        # No await from here on: a member must not miss anything that the room hears.
        if self.is_closing or self.room is None:
            self.hub.subscriptions.start(presence.leave(self.order_id, me))
            return
        self.room.begin(standing)
        self.room.note_people(there)
        self.room.members.add(self)
        self.outbox.beat = self._heartbeat_frame
        self.outbox.put(self._welcome_frame(standing, me))
        self.outbox.put(frames.messages(lines, more=more))
        seq = lines[-1].seq if lines else min(after, standing.head)
        self.reader = Reader(self.room, seq, is_paged=more)
        self.outbox.feed_from(self.reader.next_frame)
        self.hub.say_presence(self.order_id, me, "online")

    def _read_beginning(self, after: int) -> tuple[Standing, list[Line], bool]:
        join_conversation(order_id=self.order_id, author=self.me)
        standing = read_standing(self.order_id)
        found = timeline.read_after(self.order_id, after, MOST + 1)
        lines = frames.cut(found)
        return standing, lines, len(found) > len(lines)

    def _welcome_frame(self, standing: Standing, me: presence.Person) -> str:
        room = cast("Room", self.room)
        known = room.standing
        peers = [person for who, person in room.peers.items() if who != me["who"]]
        return frames.dump({
            "type": "welcome",
            "v": VERSION,
            "head": max(standing.head, room.head),
            "me": me,
            "peers": [{**person, "state": "online"} for person in peers],
            "heartbeat": settings.CHAT_HEARTBEAT,
            "live": self.hub.is_live,
            "reads": known.reads,
            **({"conversation": known.conversation} if self.me.is_staff else {}),
        })  # fmt: skip

    # --- Send -------------------------------------------------------------------------------

    def send(self, frame: dict[str, Any]) -> None:
        self._after_hello()
        cid = read_cid(frame)
        self._sends = self._sends or TokenBucket(SENDS, SENDS_AT_ONCE)
        if wait := self._sends.take():
            self._refuse_for_now(cid, wait)
        else:
            self.do(partial(self._post, cid, frame.get("text")))

    async def _post(self, cid: UUID, text: Any) -> None:
        if wait := await rates.take_send(self.person):
            self._refuse_for_now(cid, wait)
            return
        self._refused = 0
        room = self.room
        if room is None:
            return
        with room.writing():
            posted = await self._stored(cid, text)
            if posted:
                self.outbox.put(frames.ack(posted.message, dup=posted.is_repeat))
                room.offer(frames.line(posted.message))

    async def _stored(self, cid: UUID, text: Any) -> Posted | None:
        """None if it was refused."""
        post = partial(post_message, order_id=self.order_id, cid=cid, text=text, author=self.me)
        try:
            return await threads.run(post)
        except MessageRefused as error:
            self.refuse(error.code, cid=str(cid), text=str(error))
        except Exception as error:
            outages.log(logger, "A message could not be stored", error)
            wait = random.uniform(0.5, 2)  # noqa: S311
            self.refuse("unavailable", cid=str(cid), retry_after=round(wait, 1))
        return None

    def _refuse_for_now(self, cid: UUID, wait: float) -> None:
        self.refuse("too_fast", cid=str(cid), retry_after=round(wait + 0.05, 2))
        self._refused += 1
        if self._refused >= REFUSED_IN_A_ROW:
            self.close(TOO_FAST)

    # --- Fetch ------------------------------------------------------------------------------

    def fetch(self, frame: dict[str, Any]) -> None:
        self._after_hello()
        if ("before" in frame) == ("after" in frame):
            raise BadFrame("bad_number")
        limit = min(read_number(frame, "limit", default=A_PAGE), MOST)
        name = "before" if "before" in frame else "after"
        work = self._fetch_before if name == "before" else self._fetch_after
        self.do(partial(self._fetch, partial(work, read_number(frame, name), max(limit, 1))))

    async def _fetch(self, work: Any) -> None:
        """Wait until the client has read what it asked for before."""
        await self.outbox.when_open()
        try:
            self.outbox.put(await work())
        except Exception as error:
            outages.log(logger, "Messages could not be read", error)
            self.refuse("unavailable", retry_after=1)

    async def _fetch_before(self, seq: int, limit: int) -> str:
        found = await threads.run(timeline.read_before, self.order_id, seq, limit + 1)
        lines = frames.cut(found[:limit])
        return frames.messages(reversed(lines), more=len(found) > len(lines))

    async def _fetch_after(self, seq: int, limit: int) -> str:
        found = await threads.run(timeline.read_after, self.order_id, seq, limit + 1)
        lines = frames.cut(found[:limit])
        more = len(found) > len(lines)
        reader = self.reader
        if reader and reader.is_paged and seq <= reader.seq:
            reader.told(lines)
            reader.is_paged = more
        return frames.messages(lines, more=more)

    # --- Read, typing, heartbeat --------------------------------------------------------------

    def read(self, frame: dict[str, Any]) -> None:
        self._after_hello()
        upto, waiting = read_number(frame, "upto"), self._upto
        self._upto = max(upto, waiting)
        # If several are waiting, the last one covers them all.
        if waiting < 0:
            self.do(self._mark_read)

    async def _mark_read(self) -> None:
        upto, self._upto = self._upto, -1
        try:
            upto = await threads.run(mark_read, order_id=self.order_id, reader=self.me, upto=upto)
        except Exception as error:
            outages.log(logger, "Messages could not be marked as read", error)
        else:
            if self.room:
                self.room.note_read(self.me.who, upto)

    def typing(self, frame: dict[str, Any]) -> None:
        self._after_hello()
        is_typing = frame.get("on") is True
        if self.room and (is_typing or self._is_typing):
            self.hub.say_typing(self.order_id, self.me.who, on=is_typing)
        self._is_typing = is_typing

    def heartbeat(self, frame: dict[str, Any]) -> None:
        self._after_hello()
        if "got" in frame:
            self.outbox.acknowledge(frame["got"])
        elif self.room:
            self.hub.heads.ask(self.room, self._beat)

    def _beat(self) -> None:
        """Answer, and send whatever is missing."""
        if self.room and self.reader:
            self.outbox.put(self._heartbeat_frame())
            self.reader.is_paged = False
            self.outbox.wake()

    def _heartbeat_frame(self, n: int | None = None) -> str:
        head = self.room.known_head if self.room else 0
        return frames.heartbeat(head, live=self.hub.is_live, n=n)

    def _after_hello(self) -> None:
        if not self._has_greeted:
            raise BadFrame("hello_first")

    HANDLERS = {
        "hello": hello,
        "send": send,
        "fetch": fetch,
        "read": read,
        "typing": typing,
        "heartbeat": heartbeat,
    }
