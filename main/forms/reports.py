"""What may be asked of a report: which period, and whether as a page or as a list to download."""

from collections.abc import Sequence

from django import forms

FORMATS = ("html", "csv")


class ReportForm(forms.Form):
    """Both may be left out: then it is the first period, as a page. `unit` is what is counted."""

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
        """The period asked for; the first where what was asked for is none."""
        self.is_valid()
        return self.cleaned_data.get("period") or self.fields["period"].empty_value

    @property
    def is_csv(self) -> bool:
        return self.is_valid() and self.cleaned_data["format"] == "csv"


def _one_of(numbers: Sequence[int]) -> str:
    """30, 60 or 90"""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last
