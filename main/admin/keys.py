"""Keys from forms: invalid ones are refused before they reach the database."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field

NUL = "\x00"  # PostgreSQL can neither store nor compare it


def is_key(field: Field, value: Any) -> bool:
    """Whether a row could have this key: 30 digits, 1e5, NaN and NUL fail in the database."""
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return NUL not in str(value)


class KeyField(forms.ModelChoiceField):
    """One row, chosen by its key. An invalid key is not shown again, since that would query it."""

    def to_python(self, value: Any):
        if value not in self.empty_values and not is_key(self._key, value):
            raise self._refusal("invalid_choice", value)
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if data in self.empty_values or is_key(self._key, data) else None

    def _refusal(self, code: str, value: Any) -> ValidationError:
        shown = {"value": str(value)[:40].replace(NUL, ""), "pk": str(value)[:40].replace(NUL, "")}
        return ValidationError(self.error_messages[code], code=code, params=shown)

    @property
    def _key(self) -> Field:
        return self.queryset.model._meta.pk


class KeysField(forms.ModelMultipleChoiceField, KeyField):
    """Any number of rows, chosen by their keys."""

    def to_python(self, value: Any) -> list:
        return list(self._check_values(value)) if value else []

    def _check_values(self, value: Any):
        for key in value if isinstance(value, (list, tuple)) else ():
            if not is_key(self._key, key):
                raise self._refusal("invalid_pk_value", key)
        return super()._check_values(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return [key for key in data or [] if is_key(self._key, key)]
