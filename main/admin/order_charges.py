"""An order's charges besides its books, on its page, and taking them back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path

from main.actions.order_lines import cancel_order_charges
from main.admin.copies import Copies
from main.admin.order_forms import LONGEST_REASON, REASON_MISSING
from main.admin.settling import SettlingAdmin
from main.models import Order, OrderCharge
from main.models.foreign_text import isolated
from main.models.order_moves import may_cancel_charge


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge with its fields, for the page."""

    charge: OrderCharge
    tick: forms.BoundField | None
    copies: forms.BoundField | None
    seen: forms.BoundField


class ChargesForm(forms.Form):
    """A tick box for each charge that may be cancelled, and the reason for taking charges back."""

    reason = forms.CharField(max_length=LONGEST_REASON, error_messages={"required": REASON_MISSING})

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="charge-%s", label_suffix="", **kwargs)
        self.order, self.charges = order, list(order.charges.all())
        self.copies = Copies(self, self.charges)
        for charge in self.charges:
            label = {"aria-label": f"Take back {isolated(charge.name)}"}
            self.fields[f"charge-{charge.pk}"] = forms.BooleanField(
                required=False, widget=forms.CheckboxInput(label)
            )

    @property
    def rows(self) -> Iterator[ChargeRow]:
        for charge in self.charges:
            is_offered = may_cancel_charge(charge, self.order)
            yield ChargeRow(
                charge=charge,
                tick=self[f"charge-{charge.pk}"] if is_offered else None,
                copies=self.copies.field(charge) if is_offered else None,
                seen=self.copies.seen(charge),
            )

    @property
    def can_take_back(self) -> bool:
        return any(may_cancel_charge(charge, self.order) for charge in self.charges)

    def clean(self) -> dict[str, Any]:
        chosen = self.chosen()
        if not chosen:
            self.add_error(None, "Tick what you want to take back.")
        for charge in chosen:
            news = self.copies.news_of(charge) if charge.is_live else "is now cancelled"
            if news:
                self.add_error(None, f"“{isolated(charge.name)}” {news}. Check it again.")
        self.copies.check(chosen)
        return self.cleaned_data

    def chosen(self) -> list[OrderCharge]:
        return [each for each in self.charges if self.cleaned_data.get(f"charge-{each.pk}")]

    def perform(self, *, by: int) -> str:
        chosen = self.chosen()
        cancel_order_charges(
            order_id=self.order.pk,
            charge_ids=[charge.pk for charge in chosen],
            copies=self.copies.chosen(chosen),
            reason=self.cleaned_data["reason"],
            recorded_by=by,
        )
        names = ", ".join(f"“{isolated(charge.name)}”" for charge in chosen)
        return f"Taken back from order {self.order.number}: {names}."


class ChargeViews(SettlingAdmin):
    def get_urls(self):
        view = self.admin_site.admin_view(self.charges_view)
        return [
            path("<path:object_id>/charges/", view, name="main_order_charges"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, order: Order) -> dict:
        return super().page_context(request, order) | {"charges_form": ChargesForm(order=order)}

    def charges_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take back the ticked charges, all or none."""
        return self.perform(
            request,
            object_id,
            lambda order: ChargesForm(request.POST, order=order),
            lambda order, form: {"charges_form": form},
        )
