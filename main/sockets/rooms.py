"""One conversation in one process: its sockets, and what is sent to them."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from booktime.sight import outages
from main.gateways.presence import Person
from main.models import Participant
from main.reports.conversations import Standing, read_standing
from main.sockets import frames, threads, timeline
from main.sockets.frames import MOST, Line
from main.sockets.outbox import Outbox

logger = logging.getLogger(__name__)

KEEPS = 50  # messages, the last ones


class Member(Protocol):
    """A socket in the room."""

    outbox: Outbox

    @property
    def me(self) -> Participant: ...


class Room:
    """Reads each message once for all its sockets, or not at all if it was written here."""

    __slots__ = ("_lines", "_looking", "_reading", "_wanted", "_writing", "head", "members",
                 "order_id", "peers", "standing")  # fmt: skip

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        self.members: set[Member] = set()
        self.peers: dict[str, Person] = {}
        self.head = self._wanted = -1  # unknown until the first member has read it
        self.standing = Standing()
        self._lines: deque[Line] = deque(maxlen=KEEPS)
        self._reading: asyncio.Task[None] | None = None
        self._writing = 0
        self._looking: asyncio.Task[None] | None = None

    # --- Messages ---------------------------------------------------------------------------

    def look(self, head: int) -> None:
        """The conversation is reported to be at `head`: read what is new."""
        self._wanted = max(self._wanted, head)
        if not self._writing:
            self._read_on()

    @property
    def known_head(self) -> int:
        """Read, or heard of."""
        return max(self.head, self._wanted)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a write in this process: its nudge, often quicker, need not trigger a read."""
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1
            self.look(self.head)

    def offer(self, line: Line) -> None:
        """Take a message that this process has just written: no need to read it."""
        if line.seq == self.head + 1:
            self._append([line])
        else:
            self._wanted = max(self._wanted, line.seq)
            self._read_on()

    def lines_after(self, seq: int) -> list[Line] | None:
        """None if they go back further than what is kept here."""
        if seq >= self.head:
            return []
        if not self._lines or self._lines[0].seq > seq + 1:
            return None
        return [line for line in self._lines if line.seq > seq]

    def _read_on(self) -> None:
        if self._wanted > self.head >= 0 and self._reading is None:
            self._reading = asyncio.create_task(self._read_new_lines())

    async def _read_new_lines(self) -> None:
        try:
            while self._wanted > self.head:
                lines = await threads.run(timeline.read_after, self.order_id, self.head, MOST)
                if not lines:
                    # Reported too early, or wrongly: a later nudge or heartbeat will be right.
                    self._wanted = self.head
                self._append(lines)
        except Exception as error:
            # The next heartbeat tries again.
            outages.log(logger, "New messages could not be read", error)
        finally:
            self._reading = None

    def _append(self, lines: Iterable[Line]) -> None:
        before = self.head
        for line in lines:
            # Some may have arrived while others were read; numbers have no gaps.
            if line.seq == self.head + 1:
                self._lines.append(line)
                self.head = line.seq
                self._stands(timeline.followed_by(self.standing, line.item))
        if self.head > before:
            for member in self.members:
                member.outbox.wake()

    # --- State --------------------------------------------------------------------------------

    def begin(self, standing: Standing) -> None:
        """Take what a joining member has read."""
        if self.head < 0:
            self.head = standing.head
            self.standing = standing
        else:
            self.look(standing.head)
            self.learn(standing)

    def learn(self, new: Standing) -> None:
        """Take it, and tell everyone what is new."""
        known = self.standing
        if new.head < known.head:
            return
        for who, upto in (new.reads or {}).items():
            self.note_read(who, upto)
        if new.reads is not None:
            # A nudge may have overtaken the read.
            new.reads.update(known.reads or {})
        self._stands(new)

    def note_read(self, who: str, upto: int) -> None:
        reads = self.standing.reads
        if reads is not None and reads.get(who, 0) < upto:
            reads[who] = upto
            self.tell(frames.dump({"type": "read", "who": who, "upto": upto}))

    def read_standing(self) -> None:
        """Read it again, and tell everyone what is new."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._read_standing())

    async def _read_standing(self) -> None:
        try:
            new = await threads.run(read_standing, self.order_id)
            if new.head < self.standing.head:
                # A message arrived meanwhile.
                new = await threads.run(read_standing, self.order_id)
            self.learn(new)
        except Exception as error:
            outages.log(logger, "A conversation's state could not be read", error)
        finally:
            self._looking = None

    def _stands(self, new: Standing) -> None:
        known, self.standing = self.standing.conversation, new
        if new.conversation and new.conversation != known:
            frame = frames.dump({"type": "conversation", **new.conversation})
            self.tell(frame, to=lambda me: me.is_staff)

    # --- Who is there -------------------------------------------------------------------------

    def note_people(self, people: Iterable[Person]) -> None:
        """These are all who are there: tell everyone who came and who went."""
        there = {person["who"]: person for person in people}
        for person in [self.peers[who] for who in self.peers.keys() - there.keys()]:
            self.note_offline(person)
        for person in there.values():
            self.note_online(person)

    def note_online(self, person: Person) -> None:
        if person["who"] not in self.peers:
            self.peers[person["who"]] = person
            self._tell_presence(person, "online")

    def note_offline(self, person: Person) -> None:
        if person["who"] in self.peers and not self.has(person["who"]):
            del self.peers[person["who"]]
            self._tell_presence(person, "offline")

    def has(self, who: str) -> bool:
        """Whether this person has a socket in this process."""
        return any(member.me.who == who for member in self.members)

    @property
    def people(self) -> list[Person]:
        """Those with a socket in this process."""
        return list({member.me.who: frames.person(member.me) for member in self.members}.values())

    def _tell_presence(self, person: Person, state: str) -> None:
        frame = frames.dump({"type": "presence", **person, "state": state})
        self.tell_fleeting(frame, but=person["who"])

    # --- Telling --------------------------------------------------------------------------------

    def tell(self, frame: str, *, to: Callable[[Participant], bool] = lambda me: True) -> None:
        for member in self.members:
            if to(member.me):
                member.outbox.put(frame)

    def tell_fleeting(self, frame: str, *, but: str) -> None:
        for member in self.members:
            if member.me.who != but:
                member.outbox.put_fleeting(frame)


class Reader:
    """How much of the conversation one socket was sent, and what comes next, without gaps."""

    __slots__ = ("_room", "is_paged", "seq")

    def __init__(self, room: Room, seq: int, *, is_paged: bool) -> None:
        self._room = room
        self.seq = seq
        # Far behind: the client fetches page by page, and nothing is sent by itself.
        self.is_paged = is_paged

    def told(self, lines: list[Line]) -> None:
        if lines:
            self.seq = max(self.seq, lines[-1].seq)

    async def next_frame(self) -> str | None:
        if self.is_paged:
            return None
        lines = self._room.lines_after(self.seq)
        if lines is None:
            lines = await threads.run(timeline.read_after, self._room.order_id, self.seq, MOST)
            if self.is_paged:  # set while we waited
                return None  # type: ignore[unreachable]
        # While these were read, the client may have fetched a page with some of them.
        lines = frames.cut([line for line in lines if line.seq > self.seq])
        if not lines:
            return None
        self.told(lines)
        return frames.messages(lines, more=False)
