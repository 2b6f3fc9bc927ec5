"""Fields that several answers, requests and filters of the API share."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django_filters import Filter, MultipleChoiceFilter
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# Every id is exact even in programs that have floating-point numbers only.
ORDER_ID = {"type": "integer", "minimum": 10**11, "maximum": 10**12 - 1}
_DIGITS = re.compile(r"[0-9]{1,20}")
LINE_ID = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}


class StatusField(serializers.ChoiceField):
    """A state by its number. Strings count as numbers only in forms, where everything is text."""

    default_error_messages = {"invalid_choice": "Choose one of {choices}."}

    def to_internal_value(self, data: Any) -> Any:
        is_form = isinstance(self.parent.initial_data, QueryDict)
        if type(data) is not (str if is_form else int):
            self.refuse()
        try:
            return self.choice_strings_to_values[str(data)]
        except KeyError:
            self.refuse()

    def refuse(self) -> None:
        """Do not repeat what was sent: it may be anything."""
        self.fail("invalid_choice", choices=", ".join(str(int(choice)) for choice in self.choices))


class _OrderIdField(forms.Field):
    def clean(self, value: str | None) -> int | None:
        if value is None:
            return None
        if not re.fullmatch(r"[1-9][0-9]{11}", value):
            raise forms.ValidationError("The id of an order is a number of twelve digits.")
        return int(value)


@extend_schema_field(ORDER_ID | {"description": "An order's id."})
class OrderIdFilter(Filter):
    field_class = _OrderIdField


class StatusFilter(MultipleChoiceFilter):
    """`?status=10&status=20`: any of these."""

    def __init__(self, *, choices: list[tuple[int, str]], **extra: Any) -> None:
        numbers = ", ".join(str(int(number)) for number, _ in choices)
        messages = {"invalid_choice": f"Choose from {numbers}."}
        # Each row has one state, so none is found twice.
        super().__init__(choices=choices, error_messages=messages, distinct=False, **extra)


class WholeField(serializers.IntegerField):
    """An integer. Strings count as numbers only in queries and forms, where everything is text."""

    def __init__(self, *, in_query: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.in_query = in_query

    def to_internal_value(self, data: Any) -> int:
        if self.in_query or isinstance(self.parent.initial_data, QueryDict):
            is_whole = isinstance(data, str) and bool(_DIGITS.fullmatch(data))
        else:
            # In JSON 7.0 is the same number as 7.
            is_whole = type(data) is int or (type(data) is float and data.is_integer())
        return int(data) if is_whole else self.fail("invalid")
