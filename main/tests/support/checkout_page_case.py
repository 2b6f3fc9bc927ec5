"""What the tests of the checkout's pages share: going through them as a browser does."""

import re
from decimal import Decimal

from django.core.cache import cache
from django.http import HttpResponse
from django.test import TestCase, tag

from main.models import Basket, Checkout, Order
from main.tests.support.factories import LONDON, ProductFactory

ADDRESSES, REVIEW, DONE = "/order/address_select/", "/order/review/", "/order/done/"
GUEST_FIELDS = {f"billing-{name}": value for name, value in LONDON.items()} | {
    "email": "guest@booktime.example",
    "shipping_same": "on",
}


@tag("door")
class CheckoutPageTestCase(TestCase):
    """Two copies of a book for £8.49 are in the basket of whoever `self.client` is."""

    def setUp(self) -> None:
        cache.clear()  # sign-ins of other tests count towards the throttle
        self.book = ProductFactory(name="Emma", price=Decimal("8.49"), stock=5)

    def put(self, quantity: int = 2) -> Basket:
        self.client.post("/add_to_basket/", {"product_id": self.book.pk, "quantity": quantity})
        return Basket.objects.open().get()

    def give(self, **changes: object) -> HttpResponse:
        """A guest's addresses; a field that is changed to None is left out."""
        fields = GUEST_FIELDS | changes
        sent = {name: value for name, value in fields.items() if value is not None}
        return self.client.post(ADDRESSES, sent)

    def shown(self, response: HttpResponse | None = None) -> dict[str, str]:
        """What the button of the review would send."""
        html = (response or self.client.get(REVIEW)).content.decode()
        form = html[html.index('name="checkout"') - 40 :]
        hidden = re.findall(r'name="(checkout|quote)" value="([^"]+)"', form)
        ticked = re.findall(r'name="(payment_way)" value="(\w+)"[^>]*checked', form)
        return dict(hidden + ticked)

    def place(self, shown: dict[str, str] | None = None, **changes: str) -> HttpResponse:
        fields = (shown or self.shown()) | changes
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(REVIEW, fields)

    def assert_refused(self, response: HttpResponse, text: str, *, status: int = 409) -> None:
        """Nothing is ordered, and the page says why."""
        self.assertContains(response, text, status_code=status)
        self.assertFalse(Order.objects.exists())
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 5)

    @property
    def checkout(self) -> Checkout:
        return Checkout.objects.get()
