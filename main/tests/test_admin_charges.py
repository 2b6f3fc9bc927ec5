"""What an order costs beside its books, on the office's page: listed, and taken back."""

from main.models import Invoice, OrderCharge
from main.tests.support.admin_case import fields_of
from main.tests.support.factories import OrderChargeFactory
from main.tests.support.office_order_case import OfficeOrderTestCase


class ChargeTests(OfficeOrderTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.post = OrderChargeFactory(order=cls.order)
        cls.bows = OrderChargeFactory(
            order=cls.order, kind="fee", code="bow", name="Bow", unit_price="1.50", quantity=2
        )

    def take_back(self, *charges: OrderCharge, **fields):
        ticks = {f"charge-{charge.pk}": "on" for charge in charges}
        seen = {f"of-{charge.pk}": charge.quantity for charge in charges}
        path = f"{self.path}{self.order.pk}/charges/"
        return self.client.post(path, {"reason": "Not wrapped"} | ticks | seen | fields)

    def charges(self) -> list[tuple[str, int, str]]:
        found = self.order.charges.order_by("pk")
        return [(each.name, each.quantity, each.get_status_display()) for each in found]

    def test_they_are_listed_beside_the_books(self) -> None:
        page = self.client.get(self.page)
        for words in ("Delivery by post", "Bow", "£1.50", "£3.00", "agreed"):
            self.assertContains(page, words)
        fields = fields_of(page.content.decode())
        self.assertEqual(fields[f"copies-{self.bows.pk}"], ["2"])

    def test_where_there_are_none_nothing_is_said_of_them(self) -> None:
        OrderCharge.objects.all().delete()
        self.assertNotContains(self.client.get(self.page), "Table of charges")

    def test_one_is_taken_back_by_a_credit_note(self) -> None:
        self.pay()
        response = self.take_back(self.post)
        self.assertRedirects(response, self.page, fetch_redirect_response=False)
        number = self.order.number
        self.assertEqual(
            self.told(response), [f"Taken back from order {number}: “Delivery by post”."]
        )
        note = Invoice.objects.credit_notes().get()
        self.assertEqual((str(note.gross), note.reason), ("3.00", "Not wrapped"))
        self.assertEqual(self.order.refunds.get().recorded_by, self.staff)
        self.assertEqual(
            self.charges(), [("Delivery by post", 1, "cancelled"), ("Bow", 2, "agreed")]
        )
        history = self.client.get(f"{self.path}{self.order.pk}/history/")
        self.assertContains(history, "1 × Delivery by post")
        self.assertContains(history, "Not wrapped")

    def test_one_of_two_is_taken_back_and_sent_twice_it_is_one(self) -> None:
        self.pay()
        field = {f"copies-{self.bows.pk}": "1"}
        self.take_back(self.bows, **field)
        again = self.take_back(self.bows, **field)
        self.assertContains(again, "“Bow” now has 1 copy. Check it again.")
        self.assertEqual(self.charges()[1:], [("Bow", 1, "agreed"), ("Bow", 1, "cancelled")])
        self.assertEqual(str(Invoice.objects.credit_notes().get().gross), "1.50")

    def test_what_is_wrong_is_said_and_stays(self) -> None:
        for charges, fields, error in (
            ((), {}, "Tick what you want to take back."),
            ((self.post,), {"reason": ""}, "Please give a reason"),
            ((self.bows,), {f"copies-{self.bows.pk}": "3"}, "There are 2 copies."),
        ):
            response = self.take_back(*charges, **fields)
            self.assertContains(response, error)
            kept = fields_of(response.content.decode())
            self.assertEqual(
                [name for name in kept if name.startswith("charge-")],
                [f"charge-{charge.pk}" for charge in charges],
            )
        self.assertEqual(self.charges(), [("Delivery by post", 1, "agreed"), ("Bow", 2, "agreed")])

    def test_taken_back_already(self) -> None:
        self.take_back(self.post)
        again = self.take_back(self.post)
        self.assertContains(again, "“Delivery by post” is now cancelled. Check it again.")

    def test_another_orders_charge_is_out_of_reach(self) -> None:
        other = OrderChargeFactory()
        self.assertContains(self.take_back(other), "Tick what you want to take back.")
        other.refresh_from_db()
        self.assertEqual(other.status, OrderCharge.Status.AGREED)

    def test_a_discount_that_was_billed_is_not_offered(self) -> None:
        discount = OrderChargeFactory(
            order=self.order, kind="discount", name="Gift", unit_price="-1.50", quantity=2
        )
        fields = {f"copies-{discount.pk}": "1"}
        tick = f'name="charge-{discount.pk}"'
        self.assertContains(self.client.get(self.page), tick)
        self.pay()
        page = self.client.get(self.page)
        self.assertContains(page, "Gift")
        self.assertNotContains(page, tick)
        self.assertNotContains(page, f"copies-{discount.pk}")
        stale = self.take_back(discount, **fields)
        sentence = f"Order {self.order.number} has been billed with “Gift”: it cannot be taken back"
        self.assertContains(stale, sentence)
        self.assertEqual(self.charges()[-1], ("Gift", 2, "agreed"))
