"""Filters the staff's list of orders, only by what an index answers."""

import re
from datetime import date, timedelta

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from main.models import Order
from main.models.folding import plain
from main.models.order_money import MoneyState
from main.models.orders import OrderQuerySet
from main.reports.calendar import start_of

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
SHORTEST = 3  # letters: the index stores names in groups of three
# Scripts in which two characters make a family name: kana, Han, Hangul.
_FULL_NAMES = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\u1100-\u11ff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
SORTS = {
    "-placed": "Newest first",
    "placed": "Oldest first",
    "status": "By state, new first",
    "-status": "By state, cancelled first",
    "-total": "Largest total first",
    "total": "Smallest total first",
}
_DAYS = [
    MinValueValidator(FIRST_DAY, "Enter a date from the year 2000 onwards."),
    MaxValueValidator(LAST_DAY, "Enter a date before the year 2101."),
]


class DashboardForm(forms.Form):
    """Checks what the filters cannot check by themselves."""

    def clean_q(self) -> str:
        term = plain(self.cleaned_data["q"])
        shortest = SHORTEST - 1 if _FULL_NAMES.search(term) else SHORTEST
        if term and len(term) < shortest:
            raise forms.ValidationError(f"Type at least {shortest} letters or digits.")
        return term

    def clean(self) -> dict:
        cleaned = super().clean()
        first, last = cleaned.get("placed_from"), cleaned.get("placed_to")
        if first and last and last < first:
            self.add_error("placed_to", "This is before the start date.")
        return cleaned


def _day(label: str, method: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        method=method,
        validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date such as 2026-11-23."},
    )


class OrderFilter(django_filters.FilterSet):
    """Every field is optional; an invalid one filters nothing, and the form says so."""

    q = django_filters.CharFilter(
        label="Number, name, e-mail or ISBN", method="filter_matching", max_length=120
    )
    status = django_filters.ChoiceFilter(
        label="State",
        choices=[(str(value), label) for value, label in Order.Status.choices],
        empty_label="Any state",
    )
    money = django_filters.ChoiceFilter(
        label="Payment",
        choices=MoneyState.choices,
        empty_label="Any payment",
        method="filter_money",
    )
    placed_from = _day("Placed from", "filter_from")
    placed_to = _day("Placed to", "filter_to")
    # The table does the sorting.
    sort = django_filters.ChoiceFilter(
        label="Sort by", choices=[*SORTS.items()], empty_label=None, method="filter_nothing"
    )

    class Meta:
        model = Order
        fields: list[str] = []
        form = DashboardForm

    @property
    def sorted_by(self) -> str:
        """A key of SORTS."""
        return self.form.cleaned_data.get("sort") or "-placed"

    def filter_matching(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        return orders.matching(value)

    def filter_money(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        return orders.in_money_state(MoneyState(value))

    def filter_from(self, orders: OrderQuerySet, name: str, value: date) -> OrderQuerySet:
        return orders.filter(created_at__gte=start_of(value))

    def filter_to(self, orders: OrderQuerySet, name: str, value: date) -> OrderQuerySet:
        return orders.filter(created_at__lt=start_of(value + timedelta(days=1)))

    def filter_nothing(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        return orders
