"""An order's addresses are corrected by the office, and its bill is written anew."""

from main.actions.orders import cancel_order
from main.models import Order
from main.tests.support.office_order_case import PAID, OfficeOrderTestCase


class AddressTests(OfficeOrderTestCase):
    def test_a_parcel_address_is_mended_until_it_is_on_its_way(self) -> None:
        self.pay()
        self.send_well(self.page, self.open(self.page), shipping_zip_code="wc1e  7hx")
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_zip_code, "WC1E 7HX")
        self.assertEqual(self.order.status, PAID)
        self.assertEqual(self.order.invoices.count(), 1)

    def test_it_is_stored_as_the_post_writes_it(self) -> None:
        brazil = {"shipping_country": "BR", "shipping_city": "Sao Paulo"}
        self.send_well(self.page, self.open(self.page), **brazil, shipping_zip_code="BR-01305000")
        self.order.refresh_from_db()
        written = (self.order.shipping_city, self.order.shipping_zip_code)
        self.assertEqual(written, ("São Paulo", "01305-000"))

    def test_an_address_from_before_a_rule_does_not_hold_up_the_other(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(
            shipping_country="HK", shipping_city="", shipping_zip_code=""
        )
        self.send_well(self.page, self.open(self.page), billing_city="York")
        response = self.send(self.page, self.open(self.page), shipping_name="A. Reader")
        error = "An address in this country needs a town, city or region."
        self.assert_refused(response, "shipping_city", error)
        self.order.refresh_from_db()
        kept = (self.order.billing_city, self.order.shipping_city, self.order.shipping_name)
        self.assertEqual(kept, ("York", "", "Ada Reader"))

    def test_a_bill_with_a_wrong_name_is_written_anew(self) -> None:
        self.pay()
        self.send_line(self.line)
        self.send_line(self.other)
        fields = self.open(self.page)
        self.assertNotIn("shipping_name", fields)
        self.send_well(self.page, fields, billing_name="Ada Reader Ltd")
        invoice, note, anew = self.order.invoices.order_by("pk")
        self.assertEqual((note.corrects, note.is_refund), (invoice, False))
        self.assertEqual(note.reason, "Billing address corrected")
        self.assertEqual(note.gross, invoice.gross)
        self.assertEqual(invoice.customer["name"], "Ada Reader")
        self.assertEqual(anew.customer["name"], "Ada Reader Ltd")
        self.assertEqual((anew.gross, anew.is_credit_note), (invoice.gross, False))

    def test_the_bill_of_a_cancelled_order_stays(self) -> None:
        self.pay()
        cancel_order(order_id=self.order.pk)
        self.assertNotIn("billing_name", self.open(self.page))
        self.send(self.page, {"billing_name": "Somebody"})
        self.order.refresh_from_db()
        self.assertEqual(self.order.billing_name, "Ada Reader")
        self.assertEqual(self.order.invoices.count(), 2)

    def test_a_wrong_postcode_is_refused(self) -> None:
        response = self.send(self.page, self.open(self.page), shipping_zip_code="75001")
        error = "“75001” is not a postcode of this country (one looks like EC1Y 8SY)."
        self.assert_refused(response, "shipping_zip_code", error)
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_zip_code, "WC1E 6BT")

    def test_two_who_mend_at_once_hear_of_each_other(self) -> None:
        fields = self.open(self.page)
        Order.objects.filter(pk=self.order.pk).update(shipping_city="Bath", billing_city="Leeds")
        response = self.send(self.page, fields, shipping_city="York")
        error = "Someone has changed it to “Bath” in the meantime. Reload the page."
        self.assert_refused(response, "shipping_city", error)
        self.send_well(self.page, fields, shipping_name="Ada R.")
        self.order.refresh_from_db()
        kept = (self.order.shipping_city, self.order.billing_city, self.order.shipping_name)
        self.assertEqual(kept, ("Bath", "Leeds", "Ada R."))

    def test_what_was_sent_meanwhile_goes_where_it_went(self) -> None:
        self.pay()
        fields = self.open(self.page)
        self.send_line(self.line)
        self.send_line(self.other)
        response = self.send(self.page, fields, shipping_city="York")
        sentence = f"Order {self.order.number} is done: its shipping address stays as it was."
        self.assertEqual(self.told(response)[-1], sentence)
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_city, "London")
