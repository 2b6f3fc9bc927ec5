"""Periodic jobs run once each time, however many workers there are, and once after downtime."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import SimpleTestCase, TestCase, override_settings, tag
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from main import jobs
from main.models import ChatTicket, PeriodicJob
from main.queue import EACH_HOUR, EACH_MINUTE, EACH_NIGHT, JOBS
from main.queue.clock import put_off_due
from main.queue.names import periodic_jobs
from main.queue.retries import waits_within
from main.queue.worker import PatientWorker
from main.tests.support.factories import OrderFactory
from main.tests.support.queue_case import StoredQueueTestCase

NAMES = [
    "fold_old_texts",
    "forget_expired_sessions",
    "forget_expired_tokens",
    "forget_failed_tasks",
    "forget_old_checkouts",
    "forget_order_origins",
    "give_back_tasks",
    "look_at_pictures",
    "normalise_old_addresses",
    "take_over_old_orders",
]
GIVE_BACK = "main.jobs.give_back_tasks"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@tag("once")
class PeriodTests(SimpleTestCase):
    def test_by_the_clock_and_always_later(self) -> None:
        for every, moment, then in [
            (EACH_MINUTE, "2026-11-30 10:00:00.000001", "2026-11-30 10:01"),
            (EACH_MINUTE, "2026-11-30 10:01:00", "2026-11-30 10:02"),
            (EACH_HOUR, "2026-11-30 10:59:59.999999", "2026-11-30 11:00"),
            (EACH_HOUR, "2026-11-30 23:00", "2026-12-01 00:00"),
            (EACH_NIGHT, "2026-11-30 03:09:59", "2026-11-30 03:10"),
            (EACH_NIGHT, "2026-11-30 03:10", "2026-12-01 03:10"),
            (EACH_NIGHT, "2026-11-30 23:59", "2026-12-01 03:10"),
        ]:
            with self.subTest(every.words, moment=moment):
                self.assertEqual(every.next_after(at(moment)), at(then))

    @override_settings(TIME_ZONE="Europe/London")
    def test_the_night_is_the_shops_when_clocks_change_too(self) -> None:
        for moment, then in [
            ("2026-03-28 12:00", "2026-03-29 02:10"),  # summer time begins at 01:00
            ("2026-03-29 02:10", "2026-03-30 02:10"),
            ("2026-10-24 12:00", "2026-10-25 03:10"),  # it ends at 01:00
            ("2026-10-24 02:09", "2026-10-24 02:10"),
        ]:
            with self.subTest(moment):
                self.assertEqual(EACH_NIGHT.next_after(at(moment)), at(then))

    def test_what_fails_is_tried_again_before_it_is_due_again_and_not_after(self) -> None:
        self.assertEqual(waits_within(EACH_MINUTE.length), (30,))
        self.assertEqual(waits_within(EACH_HOUR.length), (30, 120, 600))
        self.assertEqual(waits_within(EACH_NIGHT.length), (30, 120, 600, 3600, 21600))


class ClockTests(StoredQueueTestCase):
    def setUp(self) -> None:
        super().setUp()
        put_off_due()

    def due(self, name: str = "give_back_tasks", *, since: timedelta = timedelta(0)) -> None:
        PeriodicJob.objects.filter(name=name).update(due_at=timezone.now() - since)

    def stored(self) -> list[str]:
        return list(DBTaskResult.objects.values_list("task_path", flat=True))

    def test_a_job_that_is_new_is_due_at_its_next_hour(self) -> None:
        rows = PeriodicJob.objects.order_by("name")
        self.assertEqual([row.name for row in rows], NAMES)
        for row in rows:
            wait = row.due_at - timezone.now()
            self.assertTrue(timedelta(0) < wait <= JOBS[row.name].every.length)
            self.assertIsNone(row.began_at)
        self.assertEqual(self.stored(), [])

    def test_what_is_due_is_put_off_once_and_due_again_later(self) -> None:
        self.due()
        self.assertEqual(put_off_due(), ["give_back_tasks"])
        self.assertEqual(self.stored(), [GIVE_BACK])
        wait = PeriodicJob.objects.get(name="give_back_tasks").due_at - timezone.now()
        self.assertTrue(timedelta(0) < wait <= timedelta(minutes=1))
        DBTaskResult.objects.all().delete()  # it was done
        self.assertEqual(put_off_due(), [])
        self.assertEqual(self.stored(), [])

    def test_what_was_missed_for_a_day_is_done_once(self) -> None:
        for name in NAMES:
            self.due(name, since=timedelta(days=1))
        self.assertEqual(sorted(put_off_due()), NAMES)
        DBTaskResult.objects.all().delete()
        self.assertEqual(put_off_due(), [])
        self.assertFalse(PeriodicJob.objects.filter(due_at__lte=timezone.now()).exists())

    def test_what_still_waits_is_not_stored_a_second_time(self) -> None:
        for _ in range(3):
            self.due()
            put_off_due()
        self.assertEqual(self.stored(), [GIVE_BACK])

    def test_nor_does_one_whose_worker_was_killed_hinder_the_next(self) -> None:
        self.due()
        put_off_due()
        DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
        self.due()
        self.assertEqual(put_off_due(), ["give_back_tasks"])

    def test_a_clock_that_was_wrong_stops_nothing(self) -> None:
        PeriodicJob.objects.update(due_at=timezone.now() + timedelta(days=3650))
        self.assertEqual(put_off_due(), [])
        for row in PeriodicJob.objects.all():
            wait = row.due_at - timezone.now()
            self.assertTrue(timedelta(0) < wait <= JOBS[row.name].every.length)

    def test_it_goes_with_the_transaction_or_not_at_all(self) -> None:
        self.due()
        failing = mock.patch("main.queue.clock.put_off", side_effect=OperationalError)
        with failing, self.assertRaises(OperationalError):
            put_off_due()
        self.assertEqual(put_off_due(), ["give_back_tasks"])


class WorkerTests(StoredQueueTestCase):
    def test_the_worker_does_what_is_due_and_notes_how_it_went(self) -> None:
        put_off_due()
        PeriodicJob.objects.update(due_at=timezone.now())
        self.work()
        self.assertFalse(DBTaskResult.objects.exists())
        for row in PeriodicJob.objects.all():
            self.assertLess(timezone.now() - row.began_at, timedelta(seconds=30))
            self.assertTrue(timedelta(0) < row.took < timedelta(seconds=30))
            self.assertIs(row.has_failed, False)

    def test_a_failure_is_noted_and_tried_again(self) -> None:
        put_off_due()
        PeriodicJob.objects.filter(name="give_back_tasks").update(due_at=timezone.now())
        with mock.patch("main.queue.upkeep.take_over_known", side_effect=OSError):
            worker = PatientWorker(is_patient=False)
            worker.look()
        row = PeriodicJob.objects.get(name="give_back_tasks")
        self.assertIs(row.has_failed, True)
        again = DBTaskResult.objects.get(status="READY")
        wait = again.run_after - timezone.now()
        self.assertLess(abs(wait - timedelta(seconds=30)), timedelta(seconds=10))
        DBTaskResult.objects.update(run_after=timezone.now())
        worker.look()
        row.refresh_from_db()
        self.assertIs(row.has_failed, False)

    def test_the_clock_is_looked_at_between_tasks_every_five_seconds(self) -> None:
        worker = PatientWorker(is_patient=False)
        for _ in range(3):
            self.store(run_after=timezone.now())
        with (
            mock.patch("main.queue.worker.time", monotonic=mock.Mock(side_effect=[0, 2, 5, 9])),
            mock.patch("main.queue.worker.put_off_due") as put_off,
        ):
            looks = [(worker.look(), put_off.call_count) for _ in range(4)]
        self.assertEqual(looks, [(True, 1), (True, 1), (True, 2), (False, 2)])

    def test_a_job_without_a_period_is_never_due(self) -> None:
        self.assertEqual(sorted(periodic_jobs()), NAMES)
        self.assertIn("send_mail", JOBS)


class HousekeepingTests(TestCase):
    def test_sessions_that_have_expired_are_removed_and_no_others(self) -> None:
        now = timezone.now()
        for key, expires in [("a", now - timedelta(seconds=1)), ("b", now + timedelta(hours=1))]:
            Session.objects.create(session_key=key, session_data="", expire_date=expires)
        jobs.forget_expired_sessions.call()
        self.assertEqual([session.pk for session in Session.objects.all()], ["b"])

    def test_so_are_tokens_and_tickets(self) -> None:
        order, now = OrderFactory(), timezone.now()
        for expires in (now - timedelta(seconds=1), now + timedelta(hours=1), None):
            token, _ = AuthToken.objects.create(user=order.user)
            AuthToken.objects.filter(pk=token.pk).update(expiry=expires)
            if expires:
                ChatTicket.objects.create(
                    digest=str(expires), user=order.user, order=order, expires_at=expires
                )
        jobs.forget_expired_tokens.call()
        later = now + timedelta(hours=1)
        self.assertEqual({token.expiry for token in AuthToken.objects.all()}, {later, None})
        self.assertEqual([ticket.expires_at for ticket in ChatTicket.objects.all()], [later])
