"""Eight at once in one conversation: no number is given twice, and none is left out."""

import threading
from collections import Counter
from collections.abc import Callable
from unittest import mock
from uuid import UUID, uuid4

from django.db import connections
from django.test import TransactionTestCase, tag

from main.actions import conversations
from main.actions.conversations import mark_read, post_message
from main.models import Conversation, Message, Order, Participant, ReadCursor
from main.models.conversations import ConversationQuerySet
from main.models.participants import customer_of
from main.tests.support.factories import OrderFactory
from main.tests.support.needs import ON_POSTGRESQL

THREADS, EACH, ROUNDS = 8, 10, 4


@tag("door")
@ON_POSTGRESQL
class ConversationRaces(TransactionTestCase):
    def setUp(self) -> None:
        self.order: Order = OrderFactory()
        self.author: Participant = customer_of(self.order, self.order.user)
        self.errors: list[Exception] = []
        # Nudges have their own tests, and would only slow the race down.
        self.enterContext(mock.patch("main.gateways.nudges.publish"))

    def all_at_once(self, act: Callable[[int], None]) -> None:
        barrier = threading.Barrier(THREADS)

        def run(number: int) -> None:
            barrier.wait()
            try:
                act(number)
            except Exception as error:
                self.errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    def post(self, cid: UUID, text: str) -> conversations.Posted:
        return post_message(order_id=self.order.pk, cid=cid, text=text, author=self.author)

    def race_of_posts(self) -> None:
        """Each thread says ten things, and each is acknowledged, stored once, and in its place."""
        acknowledged: list[tuple[int, str]] = []

        def talk(number: int) -> None:
            for turn in range(EACH):
                text = f"{number}.{turn}"
                acknowledged.append((self.post(uuid4(), text).message.seq, text))

        self.all_at_once(talk)
        self.assertEqual(self.errors, [])
        stored = list(Message.objects.order_by("seq").values_list("seq", "text"))
        self.assertEqual([seq for seq, _ in stored], list(range(1, THREADS * EACH + 2)))
        self.assertEqual(sorted(acknowledged), stored[1:])
        self.assertEqual(Conversation.objects.get().head, stored[-1][0])
        for number in range(THREADS):
            own = [text for _, text in stored if text.startswith(f"{number}.")]
            self.assertEqual(own, [f"{number}.{turn}" for turn in range(EACH)])

    def without_locks(self):
        return mock.patch.object(ConversationQuerySet, "locked", lambda rows: rows.all())

    def test_numbers_have_no_gap_and_no_double(self) -> None:
        self.race_of_posts()

    def test_without_the_lock_they_do(self) -> None:
        with self.without_locks(), self.assertRaises(AssertionError):
            self.race_of_posts()

    def test_one_message_sent_eight_times_at_once_is_one(self) -> None:
        cid = uuid4()
        answers: list[tuple[int, bool]] = []

        def send(_: int) -> None:
            posted = self.post(cid, "Hello")
            answers.append((posted.message.seq, posted.is_repeat))

        self.all_at_once(send)
        self.assertEqual(self.errors, [])
        self.assertEqual(Counter(answers), {(2, False): 1, (2, True): THREADS - 1})
        self.assertEqual(Message.objects.filter(cid=cid).count(), 1)

    def say_some(self) -> None:
        for number in range(THREADS):
            self.post(uuid4(), str(number))

    def test_the_furthest_of_eight_readers_counts(self) -> None:
        """Several times: by chance the furthest comes last, and all looks well."""
        self.say_some()
        for _ in range(ROUNDS):
            ReadCursor.objects.all().delete()
            self.all_at_once(lambda number: self.read(number + 1))
            self.assertEqual(self.errors, [])
            self.assertEqual(ReadCursor.objects.get().upto, THREADS)

    def read(self, upto: int) -> None:
        mark_read(order_id=self.order.pk, reader=self.author, upto=upto)

    def race_with_a_late_reader(self) -> int:
        """Who has read one message saves that after another has saved all, if nothing bars it."""
        self.say_some()
        self.read(0)  # its row is there: two who make one wait for each other anyway
        is_checked, is_saved = threading.Event(), threading.Event()
        save = ReadCursor.save

        def late(cursor: ReadCursor, **arguments) -> None:
            if cursor.upto == 1:
                is_checked.set()
                is_saved.wait(0.5)  # under the lock in vain
            save(cursor, **arguments)

        def read_all() -> None:
            is_checked.wait(5)
            self.read(THREADS)
            is_saved.set()
            connections.close_all()

        thread = threading.Thread(target=read_all)
        thread.start()
        with mock.patch.object(ReadCursor, "save", late):
            self.read(1)
        thread.join(10)
        return ReadCursor.objects.get().upto

    def test_a_late_reader_takes_nothing_back(self) -> None:
        self.assertEqual(self.race_with_a_late_reader(), THREADS)

    def test_without_the_lock_a_late_reader_does(self) -> None:
        with self.without_locks():
            self.assertEqual(self.race_with_a_late_reader(), 1)
