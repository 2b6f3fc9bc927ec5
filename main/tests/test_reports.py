"""The figures themselves: orders per day, what was bought, turnover, what runs low, the glance."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.test import SimpleTestCase, override_settings

from main import reports
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.models import Order, OrderLine
from main.reports import invoices
from main.reports.calendar import last_days, last_months, start_of
from main.tests.support.factories import ProductFactory
from main.tests.support.report_case import UTC, ReportTestCase, as_if_it_were, at


class CalendarTests(SimpleTestCase):
    def test_days_are_the_shops_own(self) -> None:
        with as_if_it_were(at("2026-06-30 23:30", UTC)):  # half past midnight in London
            self.assertEqual(last_days(2), [date(2026, 6, 30), date(2026, 7, 1)])
        with (
            override_settings(TIME_ZONE="America/New_York"),
            as_if_it_were(at("2026-07-01 03:00", UTC)),
        ):
            self.assertEqual(last_days(1), [date(2026, 6, 30)])

    def test_months_go_back_over_new_year(self) -> None:
        with as_if_it_were(at("2026-01-31 12:00")):
            months = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
            self.assertEqual(last_months(3), months)

    def test_days_begin_at_midnight_whatever_the_clocks_do(self) -> None:
        begins = {
            date(2026, 3, 29): at("2026-03-29 00:00", UTC),
            date(2026, 3, 30): at("2026-03-29 23:00", UTC),
            date(2026, 10, 25): at("2026-10-24 23:00", UTC),
            date(2026, 10, 26): at("2026-10-26 00:00", UTC),
        }
        self.assertEqual({day: start_of(day) for day in begins}, begins)

    @override_settings(TIME_ZONE="Africa/Cairo")
    def test_a_day_without_a_midnight_begins_with_its_first_hour(self) -> None:
        self.assertEqual(start_of(date(2026, 4, 24)), at("2026-04-23 22:00", UTC))


class OrdersPerDayTests(ReportTestCase):
    def figures(self, days: int = 180) -> dict[date, tuple[int, int]]:
        rows = reports.orders_per_day(days).rows
        return {row.day: (row.placed, row.cancelled) for row in rows if row.placed}

    def test_every_day_is_there_oldest_first(self) -> None:
        days = [row.day for row in reports.orders_per_day(180).rows]
        self.assertEqual(len(days), 180)
        self.assertEqual((days[0], days[-1]), (date(2026, 5, 28), date(2026, 11, 23)))
        self.assertEqual(days, sorted(days))

    def test_each_order_counts_whatever_became_of_it(self) -> None:
        for status in Order.Status:
            self.order(at("2026-11-20 09:00"), status)
        self.order(at("2026-11-21 09:00"))
        self.assertEqual(self.figures(), {date(2026, 11, 20): (4, 1), date(2026, 11, 21): (1, 0)})

    def test_the_first_day_counts_from_its_first_moment(self) -> None:
        self.order(at("2026-05-27 23:59:59"))
        self.order(at("2026-05-28 00:00"))
        self.assertEqual(self.figures(), {date(2026, 5, 28): (1, 0)})

    def test_a_day_of_25_hours(self) -> None:
        for moment in (
            "2026-10-24 22:59",
            "2026-10-24 23:00",
            "2026-10-25 23:59",
            "2026-10-26 00:00",
        ):
            self.order(at(moment, UTC))
        found = {date(2026, 10, 24): (1, 0), date(2026, 10, 25): (2, 0), date(2026, 10, 26): (1, 0)}
        self.assertEqual(self.figures(), found)

    def test_a_day_of_23_hours(self) -> None:
        with as_if_it_were(at("2026-04-02 12:00")):
            for moment in (
                "2026-03-28 23:59",
                "2026-03-29 00:00",
                "2026-03-29 22:59",
                "2026-03-29 23:00",
            ):
                self.order(at(moment, UTC))
            self.assertEqual(
                self.figures(),
                {date(2026, 3, 28): (1, 0), date(2026, 3, 29): (2, 0), date(2026, 3, 30): (1, 0)},
            )

    @override_settings(TIME_ZONE="America/New_York")
    def test_days_are_those_of_the_settings(self) -> None:
        self.order(datetime(2026, 11, 20, 4, 30, tzinfo=ZoneInfo("UTC")))
        self.assertEqual(self.figures(), {date(2026, 11, 19): (1, 0)})


class MostBoughtTests(ReportTestCase):
    def figures(self, days: int = 30) -> list[tuple[str, int, Decimal]]:
        return [(row.name, row.copies, row.taken) for row in reports.most_bought(days).rows]

    def test_copies_are_counted_and_what_was_paid(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 1, self.dune: 2})
        self.order(status=Order.Status.DONE, books={self.dune: 3})
        expected = [("Dune", 5, Decimal("60.00")), ("Emma", 1, Decimal("10.00"))]
        self.assertEqual(self.figures(), expected)

    def test_cancelled_and_unpaid_are_not_counted(self) -> None:
        self.order(status=Order.Status.NEW, books={self.emma: 1})
        self.order(status=Order.Status.CANCELLED, books={self.emma: 1})
        partly = self.order(status=Order.Status.PAID, books={self.emma: 1, self.dune: 1})
        OrderLine.objects.filter(order=partly, product=self.emma).update(
            status=OrderLine.Status.CANCELLED
        )
        self.assertEqual(self.figures(), [("Dune", 1, Decimal("12.00"))])

    def test_the_price_is_the_one_agreed(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 3})
        self.emma.price = Decimal("99.00")
        self.emma.save()
        self.assertEqual(self.figures(), [("Emma", 3, Decimal("30.00"))])

    def test_each_period_begins_with_a_whole_day(self) -> None:
        for days in (30, 60, 90):
            first = at("2026-11-23 00:00") - timedelta(days=days - 1)
            self.order(first, Order.Status.PAID, {self.emma: 1})
            self.order(first - timedelta(minutes=1), Order.Status.PAID, {self.dune: 1})
        found = {
            days: {name: copies for name, copies, _ in self.figures(days)} for days in (30, 60, 90)
        }
        self.assertEqual(
            found,
            {30: {"Emma": 1}, 60: {"Emma": 2, "Dune": 1}, 90: {"Emma": 3, "Dune": 2}},
        )

    def test_of_very_many_the_first_are_listed_and_all_counted(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 1, self.dune: 2})
        with patch("main.reports.sales.MOST_LISTED", 1):
            report = reports.most_bought(30)
        self.assertEqual(([row.name for row in report.rows], report.count), (["Dune"], 2))
        self.assertEqual([row.name for row in reports.all_bought(30)], ["Dune", "Emma"])

    def test_a_book_that_is_no_longer_sold_was_bought_all_the_same(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 1})
        self.emma.active = False
        self.emma.save()
        self.assertEqual(self.figures(), [("Emma", 1, Decimal("10.00"))])


class TurnoverTests(ReportTestCase):
    def figures(self, months: int = 12) -> dict[tuple[date, Decimal], tuple]:
        return {
            (row.month, row.rate): (row.net, row.vat, row.gross)
            for row in reports.turnover(months).rows
            if row.gross or row.vat
        }

    def test_by_month_and_rate_less_what_was_credited(self) -> None:
        both = self.order(books={self.emma: 1, self.dune: 1})
        self.pay(both, at("2026-10-05 10:00"))
        self.pay(self.order(books={self.dune: 2}), at("2026-10-06 10:00"))
        back = [OrderLine.objects.get(order=both, product=self.dune).pk]
        with as_if_it_were(at("2026-11-02 10:00")):
            move_order_lines(
                order_id=both.pk, line_ids=back, status=OrderLine.Status.CANCELLED, reason="Torn"
            )
        nought, twenty = Decimal("0.00"), Decimal("20.00")
        self.assertEqual(
            self.figures(),
            {
                (date(2026, 10, 1), nought): (Decimal("10.00"), Decimal("0.00"), Decimal("10.00")),
                (date(2026, 10, 1), twenty): (Decimal("30.00"), Decimal("6.00"), Decimal("36.00")),
                (date(2026, 11, 1), twenty): (
                    Decimal("-10.00"),
                    Decimal("-2.00"),
                    Decimal("-12.00"),
                ),
            },
        )

    def test_what_was_paid_and_cancelled_comes_to_nothing(self) -> None:
        order = self.order(books={self.dune: 1})
        self.pay(order)
        cancel_order(order_id=order.pk, reason="Mistaken")
        self.assertEqual(self.figures(), {})
        self.assertEqual(len(reports.turnover(12).rows), 12)  # of the one rate, each of nothing

    def test_a_month_ends_at_midnight_in_the_shop(self) -> None:
        self.pay(self.order(books={self.emma: 1}), at("2026-06-30 22:59", UTC))
        self.pay(self.order(books={self.emma: 1}), at("2026-06-30 23:00", UTC))
        self.assertEqual(
            [month for month, _ in self.figures()], [date(2026, 6, 1), date(2026, 7, 1)]
        )

    def test_older_months_are_left_out(self) -> None:
        self.pay(self.order(books={self.emma: 1}), at("2025-11-30 12:00"))
        self.assertEqual(reports.turnover(12).rows, [])
        self.assertEqual(list(self.figures(24)), [(date(2025, 11, 1), Decimal("0.00"))])

    def test_odd_sums_are_exact(self) -> None:
        for price in ("0.10", "0.20", "1.37"):
            self.pay(self.order(books={ProductFactory(price=Decimal(price)): 1}))
        row = reports.turnover(12).rows[-1]
        self.assertEqual([str(row.net), str(row.vat), str(row.gross)], ["1.67", "0.00", "1.67"])


class ClosedMonthTests(ReportTestCase):
    """Months that are over are read once a day."""

    def gross(self, moment: str = "2026-11-23 14:02") -> dict[date, Decimal]:
        """As read anew at that moment, minutes after the last visit."""
        with as_if_it_were(at(moment)), patch("main.reports.figures.KEPT_FOR", 0):
            return {row.month: row.gross for row in reports.turnover(12).rows if row.gross}

    def test_they_are_not_read_again_and_the_running_month_is(self) -> None:
        self.pay(self.order(books={self.emma: 1}), at("2026-10-05 10:00"))
        october, november = date(2026, 10, 1), date(2026, 11, 1)
        self.assertEqual(self.gross(), {october: Decimal("10.00")})
        self.pay(self.order(books={self.emma: 2}))
        with patch("main.reports.invoices._sums", wraps=invoices._sums) as sums:
            found = self.gross()
        self.assertEqual(found, {october: Decimal("10.00"), november: Decimal("20.00")})
        sums.assert_called_once_with(november)

    def test_an_invoice_that_comes_late_shows(self) -> None:
        self.pay(self.order(books={self.emma: 1}), at("2026-10-05 10:00"))
        self.gross()
        self.pay(self.order(books={self.emma: 1}), at("2026-10-06 10:00"))
        self.assertEqual(self.gross(), {date(2026, 10, 1): Decimal("20.00")})

    def test_on_the_first_the_month_before_is_still_open(self) -> None:
        last = at("2026-10-31 23:59:59")
        self.pay(self.order(books={self.emma: 1}), last)
        self.gross("2026-11-01 00:00")
        self.pay(self.order(books={self.emma: 1}), last - timedelta(seconds=1))
        for moment in ("2026-11-01 00:05", "2026-11-02 00:05"):
            self.assertEqual(self.gross(moment), {date(2026, 10, 1): Decimal("20.00")})

    def test_a_new_month_closes_the_one_before(self) -> None:
        self.pay(self.order(books={self.emma: 1}), at("2026-11-05 10:00"))
        self.gross()
        self.assertEqual(self.gross("2026-12-02 10:00"), {date(2026, 11, 1): Decimal("10.00")})


class LowStockTests(ReportTestCase):
    def test_what_sells_comes_first_then_what_is_fewest(self) -> None:
        four = ProductFactory(name="Four left", stock=4)
        ProductFactory(name="None left", stock=0)
        ProductFactory(name="Enough", stock=5)
        ProductFactory(name="Given up", stock=0, active=False)
        self.order(status=Order.Status.PAID, books={four: 2})
        rows = [(row.name, row.stock, row.sold) for row in reports.low_stock(90).rows]
        self.assertEqual(rows, [("Four left", 4, 2), ("None left", 0, 0)])

    def test_the_settings_say_what_is_low(self) -> None:
        with override_settings(LOW_STOCK=11):
            self.assertEqual([row.name for row in reports.low_stock(90).rows], ["Dune", "Emma"])

    def test_of_very_many_the_first_are_listed_and_all_counted(self) -> None:
        ProductFactory.create_batch(3, stock=1)
        with patch("main.reports.stock.MOST_LISTED", 2):
            report = reports.low_stock(90)
        self.assertEqual((len(report.rows), report.count), (2, 3))
        self.assertEqual(len(reports.all_low_stock(90)), 3)


class KeptTests(ReportTestCase):
    def test_a_report_is_kept_for_minutes_and_says_since_when(self) -> None:
        before = reports.orders_per_day(180)
        self.order()
        with as_if_it_were(at("2026-11-23 14:05")):
            self.assertEqual(reports.orders_per_day(180), before)
        self.assertEqual(before.as_of, self.now)
        cache.clear()
        self.assertEqual(reports.orders_per_day(180).rows[-1].placed, 1)

    def test_a_new_day_begins_a_new_report(self) -> None:
        reports.orders_per_day(180)
        with as_if_it_were(at("2026-11-24 00:00")):
            self.assertEqual(reports.orders_per_day(180).rows[-1].day, date(2026, 11, 24))


class GlanceTests(ReportTestCase):
    def test_what_waits_and_how_it_goes_as_of_now(self) -> None:
        reports.glance()
        ProductFactory(stock=0)
        self.order(status=Order.Status.PAID)
        self.order(at("2026-11-22 23:59"), Order.Status.NEW)
        self.order(at("2026-10-25 00:00"), Order.Status.DONE)
        self.order(at("2026-10-24 23:59"), Order.Status.PAID)
        seen = reports.glance()
        self.assertEqual((seen.to_send, seen.to_be_paid, seen.low_stock), (2, 1, 1))
        self.assertEqual((seen.today, seen.placed, seen.highest), (1, 3, 1))
        self.assertEqual(seen.last_day, date(2026, 11, 23))
