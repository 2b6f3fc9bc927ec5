"""The options of a report: the period, and whether it is a page or a download."""

from collections.abc import Sequence

from django import forms

FORMATS = ("html", "csv")


class ReportForm(forms.Form):
    """Both are optional; by default the first period, as a page. `unit`: what is counted."""

    period = forms.TypedChoiceField(required=False, coerce=int)
    format = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in FORMATS],
        error_messages={"invalid_choice": "A report comes as html or csv."},
    )

    def __init__(self, data, *, periods: Sequence[int], unit: str) -> None:
        super().__init__(data)
        field = self.fields["period"]
        field.choices = [(period, f"{period} {unit}") for period in periods]
        field.empty_value = periods[0]
        field.error_messages["invalid_choice"] = f"Choose {_one_of(periods)} {unit}."

    @property
    def chosen(self) -> int:
        """The requested period, or the first if the request makes no sense."""
        self.is_valid()
        return self.cleaned_data.get("period") or self.fields["period"].empty_value

    @property
    def is_csv(self) -> bool:
        return self.is_valid() and self.cleaned_data["format"] == "csv"


def _one_of(numbers: Sequence[int]) -> str:
    """30, 60 or 90"""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last
