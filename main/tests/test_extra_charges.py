"""A tick on a checkout page becomes a charge, shown wherever the order is, to the invoice."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from unittest import mock

from django import forms
from django.conf import settings
from django.core import mail
from django.test import override_settings

from main.actions import quotes
from main.actions.order_lines import cancel_order_charges
from main.actions.payments import mark_order_paid
from main.actions.tokens import give_token
from main.forms.checkout import GuestForm, MemberForm
from main.models import Charge, ChargeKind, Checkout, Order
from main.reports import turnover
from main.tests.support.checkout_page_case import ADDRESSES, DONE, REVIEW, CheckoutPageTestCase
from main.tests.support.factories import AddressFactory

WRAPPING = Charge(
    kind=ChargeKind.FEE,
    code="gift-wrapping",
    name="Gift wrapping",
    unit_price=Decimal("2.50"),
    tax_rate=Decimal("20.00"),
)


def price_wrapping(checkout: Checkout, books: Sequence[Charge]) -> list[Charge]:
    return [WRAPPING] if checkout.choices.get("gift_wrapping") else []


@contextmanager
def wrapping_offered() -> Iterator[None]:
    """As if its pricer were in PRICERS, and its field in ChoicesForm."""
    field = {"gift_wrapping": forms.BooleanField(required=False, label="Gift wrapping")}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(quotes, "PRICERS", [price_wrapping]))
        for form in (GuestForm, MemberForm):
            stack.enter_context(mock.patch.dict(form.base_fields, field))
        yield


class ExtraChargeTests(CheckoutPageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(wrapping_offered())
        self.put()

    def is_ticked(self) -> bool:
        return self.client.get(ADDRESSES).context["form"]["gift_wrapping"].value()

    def test_it_is_shown_from_the_basket_to_the_order_page_and_in_the_mail(self) -> None:
        self.assertRedirects(self.give(gift_wrapping="on"), REVIEW)
        self.assertTrue(self.is_ticked())
        for path in ("/basket/", ADDRESSES, REVIEW):
            page = self.client.get(path)
            for text in ("<dt>Gift wrapping</dt>", "<dd>£2.50</dd>", "£19.48", "£0.42"):
                self.assertContains(page, text)
        self.assertRedirects(self.place(), DONE)
        order = Order.objects.get()
        self.assertEqual((order.total, order.total_vat), (Decimal("19.48"), Decimal("0.42")))
        self.assertContains(self.client.get(DONE), "£19.48")
        page = self.client.get(order.get_absolute_url())
        for text in ("Gift wrapping</p>", "£2.50", "£19.48"):
            self.assertContains(page, text)
        self.assertIn("1 × Gift wrapping: £2.50", mail.outbox[0].body)
        self.assertIn("Total: £19.48", mail.outbox[0].body)

    @override_settings(SELLER=settings.SELLER | {"vat_id": ""})
    def test_a_shop_that_is_not_registered_charges_no_vat_on_it(self) -> None:
        self.give(gift_wrapping="on")
        self.place()
        order = Order.objects.get()
        self.assertEqual((order.total, order.total_vat), (Decimal("19.48"), Decimal(0)))

    def test_taken_away_again_it_costs_nothing(self) -> None:
        self.give(gift_wrapping="on")
        self.give()
        self.assertFalse(self.is_ticked())
        self.assertNotContains(self.client.get(REVIEW), "Gift wrapping")
        self.place()
        self.assertEqual(Order.objects.get().total, Decimal("16.98"))

    def test_a_page_from_before_it_was_ticked_is_refused(self) -> None:
        self.give()
        seen = self.shown()
        self.give(gift_wrapping="on")
        response = self.place(seen)
        self.assert_refused(response, "Gift wrapping for £2.50 is new in your order.")
        self.assertContains(response, "£19.48", status_code=409)

    def test_an_accountant_sees_it_on_invoice_credit_note_and_in_the_turnover(self) -> None:
        self.give(gift_wrapping="on")
        self.place()
        order = mark_order_paid(order_id=Order.objects.get().pk)
        invoice = self.client.get(f"/orders/{order.pk}/invoice/")
        for text in ("Gift wrapping", "£2.50", "£19.48"):
            self.assertContains(invoice, text)
        charge = order.charges.get()
        cancel_order_charges(order_id=order.pk, charge_ids=[charge.pk], reason="Not wrapped")
        note = order.invoices.credit_notes().get()
        self.assertEqual((note.gross, note.vat), (Decimal("2.50"), Decimal("0.42")))
        by_rate = {row.rate: row.gross for row in turnover(1).rows}
        self.assertEqual(by_rate, {0: Decimal("16.98"), 20: Decimal("0.00")})

    def test_a_member_has_it_too_and_the_api_says_what_it_came_to(self) -> None:
        address = AddressFactory()
        self.client.force_login(address.user)
        fields = {f"{kind}_address": address.pk for kind in ("billing", "shipping")}
        self.client.post(ADDRESSES, fields | {"gift_wrapping": "on"})
        self.assertTrue(self.is_ticked())
        self.place()
        token = give_token(user=address.user)
        answer = self.client.get(
            "/mobile-api/my-orders/", headers={"Authorization": f"Token {token}"}
        )
        self.assertEqual([row["price"] for row in json.loads(answer.content)], ["19.48"])
