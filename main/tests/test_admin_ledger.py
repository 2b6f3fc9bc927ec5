"""An order's payments and refunds on the office's page: seen, recorded, and nothing done twice."""

from django.utils import timezone

from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.models import Order, Payment, Refund
from main.tests.support.admin_case import fields_of
from main.tests.support.factories import OrderLineFactory
from main.tests.support.ledger_page_case import LedgerPageTestCase, day, other_order
from main.tests.support.office_order_case import NEW, PAID


class RecordPaymentTests(LedgerPageTestCase):
    def test_the_form_is_filled_with_what_is_due(self) -> None:
        fields = self.open(self.page)
        self.assertEqual((fields["amount"], fields["way"]), (["25.47"], ["transfer"]))
        self.assertEqual(fields["on"], [day()])
        page = self.look()
        self.assertIn("Nothing has been paid.", page)
        self.assertIn('<option value="in_shop">Paid in the shop</option>', page)

    def test_what_came_pays_the_order(self) -> None:
        said = self.told(self.pay_in(reference="T-1"))
        number = self.order.number
        self.assertEqual(said, [f"£25.47 recorded. Order {number} is paid: nothing due."])
        self.assertEqual(self.states()[0], PAID)
        payment = self.order.payments.get()
        self.assertEqual((payment.recorded_by, payment.reference), (self.staff, "T-1"))
        self.assertEqual(str(timezone.localdate(payment.paid_at)), day(-1))
        page = self.look()
        for words in ("Olive Office", "T-1", "£25.47", "Bank transfer", "nothing due"):
            self.assertIn(words, page)

    def test_a_part_leaves_the_rest_due(self) -> None:
        said = self.told(self.pay_in("5.00", way="in_shop"))
        number = self.order.number
        self.assertEqual(said, [f"£5.00 recorded. Order {number} is new: £20.47 due, £5.00 paid."])
        self.assertEqual(self.open(self.page)["amount"], ["20.47"])
        page = self.look()
        self.assertIn("£20.47 due, £5.00 paid", page)
        self.assertIn("<p>£20.47 has arrived:</p>", page)
        self.assertEqual(self.move(PAID, NEW), [f"Order {number} is now paid."])
        paid = [("Payment", "5.00", "paid"), ("Payment", "20.47", "paid")]
        self.assertEqual(self.entries(), paid)
        recorded_by = set(self.order.payments.values_list("recorded_by", flat=True))
        self.assertEqual(recorded_by, {self.staff.pk})

    def test_sent_twice_it_counts_once(self) -> None:
        seen = self.seen()
        self.pay_in("5.00", seen=seen)
        again = self.pay_in("5.00", seen=seen)
        self.assert_kept(again, "The payments have changed in the meantime.", amount="5.00")
        self.assertEqual(self.entries(), [("Payment", "5.00", "paid")])
        # Looked at again, the same form is taken.
        self.pay_in("5.00", seen=again.context["ledger"].version)
        self.assertEqual(self.entries(), [("Payment", "5.00", "paid")] * 2)

    def test_what_is_no_payment_is_refused_and_stays(self) -> None:
        other = other_order("8.49", reference="T-9")
        for typed, error in (
            ({"amount": "0"}, "Ensure this value is greater than or equal to 0.01."),
            ({"amount": "-1"}, "Ensure this value is greater than or equal to 0.01."),
            ({"amount": "x"}, "Enter a number."),
            ({"amount": "1.005"}, "Ensure that there are no more than 2 decimal places."),
            ({"amount": "123456789.00"}, "Ensure that there are no more than"),
            ({"on": day(1)}, "This date is in the future."),
            ({"on": day(-10)}, "The order was placed after this date."),
            ({"on": "yesterday"}, "Enter a date such as 2026-11-23."),
            ({"reference": "r" * 141}, "Ensure this value has at most 140 characters"),
            ({"reference": "T-9"}, f"is the reference of a payment for order {other.number}."),
        ):
            with self.subTest(**typed):
                given = {"reference": "T-2"} | typed
                self.assert_kept(self.pay_in(**given), error, **given)
                self.assertEqual((self.entries(), self.states()[0]), ([], NEW))
        self.assertContains(self.pay_in(way="cheque"), "cheque is not one of the available")
        self.assertEqual(self.entries(), [])

    def test_too_much_is_seen_and_paid_back(self) -> None:
        self.pay_in("30.00")
        page = self.look()
        self.assertIn("£4.53 overpaid", page)
        self.assertIn(">Pay back £4.53</button>", page)
        seen = self.seen()
        said = self.told(self.do("pay_back", seen=seen))
        number = self.order.number
        self.assertEqual(said, [f"£4.53 is to be paid back. Order {number} is paid: nothing due."])
        entries = [("Payment", "30.00", "paid"), ("Refund", "4.53", "requested")]
        self.assertEqual(self.entries(), entries)
        page = self.look()
        self.assertIn("£4.53 to be refunded", page)
        self.assertNotIn("Pay back £", page)
        self.assertContains(self.do("pay_back", seen=seen), "have changed in the meantime")
        self.assertContains(self.do("pay_back"), "Nothing was overpaid")
        self.assertEqual(self.entries(), entries)

    def test_one_that_did_not_come_is_dropped(self) -> None:
        self.pay_in()
        self.pay_in()
        first, second = self.order.payments.all()
        said = self.told(self.do("drop", entry=second.pk))
        number = self.order.number
        self.assertEqual(said, [f"£25.47 did not arrive. Order {number} is paid: nothing due."])
        self.assertEqual([state for *_, state in self.entries()], ["paid", "failed"])
        record = self.order.history.first()
        self.assertEqual(
            (record.history_user, record.history_change_reason),
            (self.staff, "£25.47 did not arrive"),
        )
        self.assertContains(
            self.client.get(f"{self.path}{self.order.pk}/history/"), "£25.47 did not arrive"
        )
        self.send_line(self.line)
        refused = self.do("drop", entry=first.pk)
        self.assertContains(refused, f"Part of order {number} has been sent: refund it instead.")
        self.assertEqual([state for *_, state in self.entries()], ["paid", "failed"])


class RefundTests(LedgerPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.pay()
        cancel_order(order_id=self.order.pk)
        self.refund = self.order.refunds.get()

    def test_it_is_paid_out(self) -> None:
        seen = self.seen()
        given = {"entry": self.refund.pk, "on": day(), "reference": "OUT-1"}
        said = self.told(self.do("refund_paid", seen=seen, **given))
        number = self.order.number
        self.assertEqual(said, [f"£25.47 paid back. Order {number} is cancelled: nothing due."])
        self.refund.refresh_from_db()
        self.assertEqual(
            (self.refund.state, self.refund.reference, self.refund.recorded_by),
            ("done", "OUT-1", self.staff),
        )
        self.assertContains(self.do("refund_paid", seen=seen, **given), "have changed")
        self.assertNotIn(">Paid back</button>", self.look())

    def test_what_is_wrong_with_it_is_said_and_kept(self) -> None:
        for typed, error in (
            ({"on": day(1)}, "This date is in the future."),
            ({"on": ""}, "This field is required."),
        ):
            given = {"on": day(), "reference": "OUT-1"} | typed
            response = self.do("refund_paid", entry=self.refund.pk, **given)
            self.assert_kept(response, error, **given)
            self.assertEqual(Refund.objects.get().state, "requested")

    def test_it_could_not_be_paid_back(self) -> None:
        said = self.told(self.do("refund_failed", entry=self.refund.pk))
        self.assertIn("£25.47 could not be paid back.", said[0])
        page = self.look()
        self.assertIn("£25.47 overpaid", page)
        self.assertIn("Pay back £25.47", page)

    def test_another_orders_entries_are_out_of_reach(self) -> None:
        other = other_order("8.49")
        cancel_order(order_id=other.pk)
        before = list(Refund.objects.values()), list(Payment.objects.values())
        for what, entry in (
            ("refund_paid", other.refunds.get().pk),
            ("refund_failed", other.refunds.get().pk),
            ("drop", other.payments.get().pk),
            ("drop", "x"),
            ("drop", "9" * 30),
            ("drop", "\x00"),
        ):
            response = self.do(what, entry=entry, on=day(), reference="")
            self.assertContains(response, "Select a valid choice.")
        self.assertEqual((list(Refund.objects.values()), list(Payment.objects.values())), before)


class DoorTests(LedgerPageTestCase):
    def test_what_is_nothing_to_do_changes_nothing(self) -> None:
        path = f"{self.path}{self.order.pk}/ledger/"
        for fields in ({}, {"do": "x"}, {"do": "status"}):
            response = self.client.post(path, fields)
            self.assertRedirects(response, self.page, fetch_redirect_response=False)
        self.assertRedirects(self.client.get(path), self.page, fetch_redirect_response=False)
        self.assertEqual(self.entries(), [])

    def test_what_was_not_looked_at_is_not_recorded(self) -> None:
        fields = {"do": "payment", "amount": "25.47", "way": "transfer", "on": day()}
        response = self.client.post(f"{self.path}{self.order.pk}/ledger/", fields)
        self.assertContains(response, "The payments have changed in the meantime.")
        self.assertEqual(self.entries(), [])

    def test_there_is_no_such_order(self) -> None:
        for key in ("123456789012", "x", "9" * 30):
            for page in ("ledger", "charges"):
                response = self.client.post(f"{self.path}{key}/{page}/", {"do": "pay_back"})
                self.assertEqual(response.status_code, 404)

    def test_who_may_not_settle_sees_the_ledger_and_no_forms(self) -> None:
        self.pay_in("5.00")
        group = self.staff.groups.get()
        group.permissions.remove(group.permissions.get(codename="settle_order"))
        page = self.look()
        self.assertIn("£20.47 due, £5.00 paid", page)
        for words in ("Record a payment", "Not received"):
            self.assertNotIn(words, page)
        response = self.client.post(f"{self.path}{self.order.pk}/ledger/", {"do": "pay_back"})
        self.assertEqual(response.status_code, 403)

    def test_an_order_of_before_the_ledger(self) -> None:
        self.pay()
        Payment.objects.all().delete()
        page = self.look()
        self.assertIn("Paid before payments were recorded here: £25.47", page)
        self.assertIn("nothing due", page)


class ListTests(LedgerPageTestCase):
    """One order of each kind, in the office's list and in the dashboard."""

    def setUp(self) -> None:
        super().setUp()
        other_order("8.49")
        self.part, self.over = other_order("5.00"), other_order("9.00")
        self.back = OrderLineFactory().order
        mark_order_paid(order_id=self.back.pk)
        cancel_order(order_id=self.back.pk)

    def test_both_are_narrowed_by_what_is_open(self) -> None:
        for state, orders in {
            "due": {self.order, self.part},
            "part_paid": {self.part},
            "overpaid": {self.over},
            "to_refund": {self.back},
        }.items():
            with self.subTest(state):
                page = self.client.get(f"{self.path}?money={state}")
                self.assertEqual(set(page.context["cl"].result_list), orders)
                page = self.client.get(f"/order-dashboard/?money={state}")
                self.assertEqual(set(page.context["page_obj"]), orders)
        self.assertEqual(self.client.get("/order-dashboard/?money=x").status_code, 400)

    def test_both_show_what_is_open(self) -> None:
        for path in (self.path, "/order-dashboard/"):
            page = self.client.get(path)
            self.assertContains(page, "part paid, £3.49 due", count=1)
            self.assertContains(page, "£0.51 overpaid", count=1)
            self.assertContains(page, "£", count=2 + Order.objects.count())  # and the totals

    def test_the_first_page_says_what_waits(self) -> None:
        page = " ".join(self.client.get("/office-admin/").content.decode().split())
        for state, words in (
            ("to_refund", "<b>1</b> order to refund"),
            ("overpaid", "<b>1</b> order overpaid"),
        ):
            path = f"/order-dashboard/?money={state}&amp;sort=placed"
            self.assertIn(f'<a href="{path}">{words}</a>', page)

    def test_what_the_page_offers_is_what_the_forms_take(self) -> None:
        fields = fields_of(self.look())
        self.assertEqual(set(fields["seen"]), {self.seen()})
