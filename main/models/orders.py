"""Orders and their lines: what was agreed, frozen."""

import re
import secrets
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django_countries.fields import CountryField

from main.models.addresses import POSTAL_FIELDS, PostalAddress
from main.models.balance import Balance, balance_of, with_ledger
from main.models.charges import SERVICES, Priced, Sums, VatLine, add_up
from main.models.email_addresses import EmailAddressField, normal_email
from main.models.folded_text import Folded, FoldedField, FoldedRows, holding, second_holding
from main.models.folding import plain
from main.models.history import History
from main.models.isbn import isbn_in, without_label
from main.models.order_money import MoneyState, in_money_state
from main.models.products import Product

TRANSFER = "transfer"  # the way to pay of all orders from before there was a choice
_NUMBER = re.compile(r"(?<![\w-])([0-9]{4})[ -]?([0-9]{4})[ -]?([0-9]{4})(?![\w-])")
_FIRST_ID, _ID_COUNT = 10**11, 9 * 10**11


def random_order_id() -> int:
    """Twelve digits, so that outsiders can neither guess nor count orders."""
    return _FIRST_ID + secrets.randbelow(_ID_COUNT)


def order_id_in(text: str) -> int | None:
    """The first order number in what somebody typed, alone or among words."""
    found = _NUMBER.search(plain(text))
    return int("".join(found.groups())) if found else None


class OrderQuerySet(FoldedRows, models.QuerySet["Order"]):
    def visible_to(self, user: Any) -> "OrderQuerySet":
        """The orders that this user may read: their own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def locked(self) -> "OrderQuerySet":
        """Lock the rows until the transaction ends; changing states and lines needs this lock."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def free(self) -> "OrderQuerySet":
        """Lock those that nobody else has locked: a caller that takes many waits for none."""
        return self.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk")

    def paid(self) -> "OrderQuerySet":
        """Those that are paid and not cancelled: to be sent, or sent."""
        return self.filter(status__in=[Order.Status.PAID, Order.Status.DONE])

    def matching(self, term: str) -> "OrderQuerySet":
        """Find orders by what staff type: a number, an ISBN, an e-mail address or a name.

        An index answers each part, however many orders there are.
        """
        if (by_number := self._by_number(term)) is not None:
            return by_number
        term = plain(term)
        by_email = models.Q(email__icontains=normal_email(term))
        return self.filter(by_email | holding(self.model, term))

    def matching_parcel(self, term: str) -> "OrderQuerySet":
        """Find orders by what a parcel shows: a number, an ISBN, or the name on it."""
        if (by_number := self._by_number(term)) is not None:
            return by_number
        return self.filter(second_holding(self.model, plain(term)))

    def _by_number(self, term: str) -> "OrderQuerySet | None":
        """The orders with this number or ISBN; None if the term is neither."""
        if isbn := isbn_in(term):
            return self._with_book(isbn)
        if (order_id := order_id_in(term)) is not None:
            return self.filter(pk=order_id)
        digits = re.sub("[ -]", "", without_label(term))
        is_wrong = re.fullmatch(r"[0-9]{9}([0-9]{3})?[0-9Xx]", digits)
        return self.none() if is_wrong else None

    def _with_book(self, isbn: str) -> "OrderQuerySet":
        products = Product.objects.filter(isbn=isbn).values_list("pk", flat=True)
        # Look the key up first: from a join, the planner cannot tell how few lines match.
        lines: Any = self.model._meta.get_field("lines").related_model
        return self.filter(pk__in=lines.objects.filter(product__in=list(products)).values("order"))

    def with_ledger(self) -> "OrderQuerySet":
        """With the sums of payments and refunds, so that `balance` needs no further query."""
        return cast("OrderQuerySet", with_ledger(self))

    def in_money_state(self, state: MoneyState) -> "OrderQuerySet":
        return cast("OrderQuerySet", in_money_state(self, state))

    def newest_first(self) -> "OrderQuerySet":
        return self.order_by("-created_at", "-pk")


class Order(Folded):
    class Status(models.IntegerChoices):
        NEW = 10, "new"
        PAID = 20, "paid"
        DONE = 30, "done"
        CANCELLED = 40, "cancelled"

    id = models.BigIntegerField(primary_key=True, default=random_order_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
    )
    email = EmailAddressField("e-mail address")
    basket = models.OneToOneField(
        "main.Basket", on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.NEW)
    # The way to pay that was agreed: a code of main.gateways.payments.
    payment_way = models.CharField(
        "way to pay", max_length=20, default=TRANSFER, db_default=TRANSFER
    )
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=10, decimal_places=2, help_text="VAT included.")
    total_vat = models.DecimalField("VAT", max_digits=10, decimal_places=2)

    billing_name = models.CharField(max_length=120)
    billing_address1 = models.CharField(max_length=120)
    billing_address2 = models.CharField(max_length=120, blank=True)
    billing_city = models.CharField(max_length=80, blank=True)
    billing_zip_code = models.CharField(max_length=12, blank=True)
    billing_country = CountryField()
    shipping_name = models.CharField(max_length=120)
    shipping_address1 = models.CharField(max_length=120)
    shipping_address2 = models.CharField(max_length=120, blank=True)
    shipping_city = models.CharField(max_length=80, blank=True)
    shipping_zip_code = models.CharField(max_length=12, blank=True)
    shipping_country = CountryField()
    folded = FoldedField(sources=["billing_name", "shipping_name"])

    last_spoken_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="last spoken to by",
    )
    # Set when it is paid: the last line should be on its way by then.
    dispatch_by = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrderQuerySet.as_manager()
    history = History(excluded_fields=["basket", "dispatch_by", "folded", "updated_at"])

    class Meta:
        permissions = [("settle_order", "Can mark orders paid, cancel and refund them")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="order_of_user"),
            models.Index(fields=["status", "-created_at"], name="order_by_status"),
            models.Index(fields=["-created_at"], name="order_newest"),
            models.Index(fields=["-total", "-created_at"], name="order_by_total"),
            # Guests' orders are looked up by e-mail address whenever somebody signs in.
            models.Index(
                fields=["email"], condition=models.Q(user=None), name="order_of_guest_by_address"
            ),
            # Release 0.2.0 asks by this one; it goes with the next release.
            models.Index(
                Upper("email"), condition=models.Q(user=None), name="order_of_guest_by_email"
            ),
        ]

    def __str__(self) -> str:
        return f"Order {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("order_detail", kwargs={"order_id": self.pk})

    @property
    def number(self) -> str:
        """The public order number, in groups that can be read out."""
        digits = f"{self.pk:012d}"
        return "-".join(digits[i : i + 4] for i in (0, 4, 8))

    @property
    def billing(self) -> PostalAddress:
        return self._postal("billing")

    @property
    def shipping(self) -> PostalAddress:
        return self._postal("shipping")

    @property
    def live_charges(self) -> list[Priced]:
        """Lines and other charges that are not cancelled."""
        return [*(line for line in self.lines.all() if line.is_live), *self.live_extras]

    @property
    def live_extras(self) -> list[Any]:
        """Charges besides the books that are not cancelled."""
        return [charge for charge in self.charges.all() if charge.is_live]

    @property
    def services(self) -> list[Any]:
        """Services besides the books, which those who pack need to know about."""
        return [charge for charge in self.live_extras if charge.kind in SERVICES]

    @property
    def sums(self) -> Sums:
        """The sums of what is not cancelled; `total` remains what was agreed."""
        return add_up(self.live_charges)

    @property
    def vat_lines(self) -> list[VatLine]:
        """The VAT in `charged`."""
        return self.sums.vat_lines

    @property
    def charged(self) -> Decimal:
        """The gross price of what is not cancelled."""
        return self.sums.gross

    @property
    def total_cancelled(self) -> Decimal:
        """The gross price of what was cancelled."""
        return add_up([*self.lines.all(), *self.charges.all()]).gross - self.charged

    @property
    def balance(self) -> Balance:
        """What was paid, refunded and is due, from charges and ledger."""
        return balance_of(self)

    @property
    def due(self) -> Decimal:
        """What is still to be paid; negative if too much was paid."""
        return self.balance.due

    def _postal(self, kind: str) -> PostalAddress:
        fields = {name: getattr(self, f"{kind}_{name}") for name in POSTAL_FIELDS}
        return PostalAddress(**fields | {"country": fields["country"].code})
