"""How to pay, as it is chosen in the checkout, and where the customer is led to pay."""

from decimal import Decimal

from django.test import override_settings

from main.models import Checkout, Order, Product
from main.tests.support.checkout_page_case import DONE, REVIEW, CheckoutPageTestCase
from main.tests.support.paid_elsewhere import PaidElsewhere, paid_elsewhere


@override_settings(PAYMENT_WAYS=["main.gateways.payments.transfer.BankTransfer"])
class WayToPayTests(CheckoutPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.put()
        self.give()

    def test_with_one_way_there_is_nothing_to_choose(self) -> None:
        page = self.client.get(REVIEW)
        self.assertNotContains(page, 'type="radio"')
        self.assertContains(page, "we’ll show you the account details")

    def test_with_two_ways_one_is_chosen_and_stays_chosen(self) -> None:
        with paid_elsewhere():
            shown = self.shown()
            self.assertEqual(shown["payment_way"], "transfer")
            Product.objects.update(price=Decimal("9.00"))
            response = self.place(shown, payment_way="elsewhere")
            self.assert_refused(response, "The price of “Emma” is now £9.00")
            self.assertEqual(self.shown(response)["payment_way"], "elsewhere")
            self.assertEqual(self.shown()["payment_way"], "elsewhere")
            self.place()
            self.assertContains(self.client.get(DONE), "Please pay elsewhere")
        self.assertEqual(Order.objects.get().payment_way, "elsewhere")

    def test_a_way_that_is_not_offered(self) -> None:
        with paid_elsewhere():
            response = self.place(payment_way="in_shop")
            text = "You cannot pay this way. Please choose another one."
            self.assert_refused(response, text, status=400)
            shown = self.shown() | {"payment_way": "elsewhere"}
        # No longer offered since the page was shown, and then none is to be chosen.
        Checkout.objects.update(payment_way="elsewhere")
        response = self.place(shown)
        self.assert_refused(response, "You cannot pay this way any more.")
        with paid_elsewhere():
            self.assertEqual(self.shown()["payment_way"], "elsewhere")

    def test_to_another_host_a_page_of_ours_leads(self) -> None:
        """A redirect would be one of a posted form, which the policy keeps on this host."""
        with paid_elsewhere():
            response = self.place(payment_way="elsewhere")
        order = Order.objects.get()
        self.assertEqual(response.status_code, 200)
        self.assertContains(response, 'http-equiv="refresh" content="0; url=https://pay.example/"')
        self.assertContains(response, 'href="https://pay.example/"')
        payment = order.payments.get()
        self.assertEqual(
            (payment.state, payment.amount, payment.currency, payment.way, payment.reference),
            ("pending", Decimal("16.98"), "GBP", "elsewhere", f"elsewhere-{order.number}"),
        )
        self.assertEqual(
            [(demand.order_number, demand.amount, demand.currency, demand.email)
             for demand in PaidElsewhere.demands],
            [(order.number, Decimal("16.98"), "GBP", "guest@booktime.example")],
        )  # fmt: skip

    def test_pressed_twice_one_payment_is_expected(self) -> None:
        with paid_elsewhere():
            shown = self.shown() | {"payment_way": "elsewhere"}
            for _ in "twice":
                self.assertContains(self.place(shown), "https://pay.example/")
        self.assertEqual(Order.objects.get().payments.count(), 1)

    def test_when_it_cannot_be_begun_the_order_is_placed_all_the_same(self) -> None:
        with paid_elsewhere(is_away=True):
            response = self.place(payment_way="elsewhere")
            self.assertRedirects(response, DONE, fetch_redirect_response=False)
            page = self.client.get(DONE)
        self.assertContains(page, "You cannot pay elsewhere just now. Please try again later.")
        self.assertEqual(Order.objects.get().payments.count(), 0)
