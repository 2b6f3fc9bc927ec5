"""Who changed what, when, and from what to what: django-simple-history, as this shop uses it."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_update_with_history


class History(HistoricalRecords):
    """One record per change; none if only excluded fields changed."""

    def post_save(
        self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        fields = kwargs.get("update_fields")
        if not created and fields and set(fields) <= set(self.excluded_fields):
            return
        super().post_save(instance, created, using=using, **kwargs)


def update_one(row: Any, *, fields: Iterable[str], reason: str) -> None:
    """Save these fields of a row, with the reason in its history."""
    row._change_reason = reason or None
    row.save(update_fields=[*fields])


def update_many(rows: Iterable[models.Model], *, fields: list[str], reason: str) -> None:
    """Save these fields of all rows in one statement and their history in another."""
    listed = list(rows)
    if listed:
        bulk_update_with_history(listed, type(listed[0]), fields, default_change_reason=reason)


def record_many(rows: list[Any], *, model: type[models.Model], is_new: bool, reason: str) -> None:
    """Write the history of rows that a bulk statement saved."""
    model.history.bulk_history_create(rows, update=not is_new, default_change_reason=reason)  # type: ignore[attr-defined]
