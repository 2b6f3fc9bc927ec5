"""When customer service is there, how soon it replies, and in which words that is said."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.test import SimpleTestCase, override_settings, tag
from django.utils import timezone

from main.models import Message
from main.models.opening_hours import close_after, is_open, next_opening, open_between
from main.reports.reply_times import expected_reply, reply_promise
from main.tests.support.conversation_case import ConversationTestCase

DAY, SHORT = [(time(9), time(12)), (time(13), time(17, 30))], [(time(10), time(14))]
HOURS = {0: DAY, 1: DAY, 2: DAY, 3: DAY, 4: DAY, 5: SHORT}
IN_HOURS = override_settings(OPENING_HOURS=HOURS, TIME_ZONE="Europe/London")
NEVER = override_settings(OPENING_HOURS={})


def on(text: str) -> datetime:
    """A moment by the shop's clock. 16 November 2026 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@tag("once")
@IN_HOURS
class OpeningHoursTests(SimpleTestCase):
    def test_it_is_open_from_the_first_minute_to_before_the_last(self) -> None:
        for at, wanted in [
            ("2026-11-16T08:59:59", False), ("2026-11-16T09:00", True),
            ("2026-11-16T12:00", False), ("2026-11-16T13:00", True),
            ("2026-11-16T17:29:59", True), ("2026-11-16T17:30", False),
            ("2026-11-21T10:00", True), ("2026-11-22T11:00", False),
        ]:  # fmt: skip
            with self.subTest(at):
                self.assertIs(is_open(on(at)), wanted)

    def test_it_is_the_shops_clock_in_summer_too(self) -> None:
        self.assertTrue(is_open(datetime.fromisoformat("2026-07-06T08:00+00:00")))
        self.assertFalse(is_open(datetime.fromisoformat("2026-11-16T08:00+00:00")))

    def test_the_next_opening_is_over_noon_over_night_or_over_sunday(self) -> None:
        for at, wanted in [
            ("2026-11-16T12:30", "2026-11-16T13:00"),
            ("2026-11-16T17:30", "2026-11-17T09:00"),
            ("2026-11-21T14:00", "2026-11-23T09:00"),
            ("2026-11-16T09:00", "2026-11-16T13:00"),
        ]:
            with self.subTest(at):
                self.assertEqual(next_opening(on(at)), on(wanted))

    def test_open_time_is_counted_and_closed_time_is_not(self) -> None:
        for start, end, wanted in [
            ("2026-11-16T10:00", "2026-11-16T10:12", timedelta(minutes=12)),
            ("2026-11-16T11:00", "2026-11-16T14:00", timedelta(hours=2)),
            ("2026-11-20T17:00", "2026-11-23T09:30", timedelta(hours=5)),  # and Saturday's four
            ("2026-11-22T00:00", "2026-11-22T23:00", timedelta()),
            ("2026-11-16T10:12", "2026-11-16T10:00", timedelta()),
        ]:
            with self.subTest(start):
                self.assertEqual(open_between(on(start), on(end)), wanted)

    def test_the_day_to_send_by_is_so_many_open_days_later(self) -> None:
        for at, days, wanted in [
            ("2026-11-16T10:00", 1, "2026-11-17T17:30"),
            ("2026-11-20T23:00", 2, "2026-11-23T17:30"),
            ("2026-11-20T10:00", 1, "2026-11-21T14:00"),
        ]:
            with self.subTest(at):
                self.assertEqual(close_after(on(at), days=days), on(wanted))

    @NEVER
    def test_a_shop_that_never_opens_has_no_next_opening(self) -> None:
        at = on("2026-11-16T10:00")
        self.assertFalse(is_open(at))
        self.assertIsNone(next_opening(at))
        self.assertEqual(open_between(at, at + timedelta(days=9)), timedelta())
        self.assertEqual(close_after(at, days=2), at + timedelta(days=2))


@IN_HOURS
class ExpectedReplyTests(ConversationTestCase):
    now = on("2026-11-16T10:00")

    def setUp(self) -> None:
        cache.clear()
        self.addCleanup(cache.clear)

    def after(self, *waits: timedelta | None, ago: timedelta = timedelta(days=1)) -> str:
        """What is said when these waits ended so long ago."""
        Message.objects.all().delete()
        for waited in waits:
            reply = self.say("Good morning", by=self.olive).message
            Message.objects.filter(pk=reply.pk).update(waited=waited, at=self.now - ago)
        cache.clear()
        return expected_reply(self.now)

    def test_half_of_the_replies_came_sooner(self) -> None:
        minutes = [timedelta(minutes=each) for each in (1, 300, 12)]
        self.assertEqual(self.after(*minutes, None), "We usually reply within 12 minutes.")
        self.assertEqual(self.after(*minutes[::2]), "We usually reply within 7 minutes.")

    def test_it_is_rounded_up_and_said_as_people_do(self) -> None:
        for waited, words in [
            (timedelta(), "a minute"), (timedelta(seconds=61), "2 minutes"),
            (timedelta(minutes=59, seconds=1), "an hour"), (timedelta(minutes=61), "2 hours"),
            (timedelta(hours=8), "8 hours"), (timedelta(hours=8, seconds=61), "2 working days"),
            (timedelta(hours=17), "3 working days"),
        ]:  # fmt: skip
            with self.subTest(words):
                self.assertEqual(self.after(waited), f"We usually reply within {words}.")

    def test_what_is_older_than_seven_days_does_not_count(self) -> None:
        week = timedelta(days=7)
        self.assertEqual(self.after(timedelta(minutes=5), ago=week), "")
        just = week - timedelta(seconds=1)
        self.assertEqual(
            self.after(timedelta(minutes=5), ago=just), "We usually reply within 5 minutes."
        )

    def test_nothing_known_nothing_said(self) -> None:
        self.assertEqual(expected_reply(self.now), "")

    def test_whoever_writes_is_promised_as_much_as_is_known_or_two_working_days(self) -> None:
        self.assertEqual(reply_promise(self.now), "We answer within two working days.")
        self.after(timedelta(minutes=12))
        self.assertEqual(reply_promise(self.now), "We usually reply within 12 minutes.")
        closed = "We’re closed and open again tomorrow at 09:00."
        self.assertEqual(reply_promise(on("2026-11-16T18:00")), closed)

    def test_the_database_is_asked_once_in_five_minutes(self) -> None:
        with self.assertNumQueries(1):
            expected_reply(self.now)
            expected_reply(self.now)
        self.after(timedelta(minutes=5))
        with self.assertNumQueries(0):
            expected_reply(self.now)

    def test_closed_it_says_when_it_opens(self) -> None:
        for at, words in [
            ("2026-11-16T07:00", "today at 09:00"),
            ("2026-11-16T12:15", "today at 13:00"),
            ("2026-11-16T18:00", "tomorrow at 09:00"),
            ("2026-11-21T15:00", "on Monday at 09:00"),
        ]:
            with self.subTest(at), self.assertNumQueries(0):
                said = f"We’re closed and open again {words}."
                self.assertEqual(expected_reply(on(at)), said)

    @override_settings(OPENING_HOURS={0: DAY})
    def test_a_weekday_in_a_week_is_told_from_todays(self) -> None:
        said = "We’re closed and open again on Monday, 23 November at 09:00."
        self.assertEqual(expected_reply(on("2026-11-16T18:00")), said)

    @NEVER
    def test_a_shop_that_never_opens_says_nothing(self) -> None:
        self.assertEqual(expected_reply(timezone.now()), "")
