"""Folds the texts of rows that were written without it, while the shop is open.

Those are all from before migration 0014, and what release 0.2.0 writes later: it knows no folding.
The rows themselves show what is left, so that it can be interrupted and repeated.
"""

import time
from typing import Any

from django.apps import apps
from django.db import transaction

from main.models.folded_text import AT_ONCE, folded_field, is_folded, save_folded


def fold_texts(*, seconds: float | None = None) -> int:
    """Fold for at most `seconds`; return how many rows were folded. A row in use waits."""
    until = None if seconds is None else time.monotonic() + seconds
    count = 0
    for model in filter(is_folded, apps.get_app_config("main").get_models()):
        after = 0
        while keys := _fold_some(model, after=after):
            after, count = keys[-1], count + len(keys)
            if until is not None and time.monotonic() > until:
                return count
    return count


@transaction.atomic
def _fold_some(model: Any, *, after: int) -> list[int]:
    """Fold the next rows; return their keys."""
    unfolded = model._base_manager.filter(folded=None, pk__gt=after).order_by("pk")
    free = unfolded.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = list(free.only(*folded_field(model).sources)[:AT_ONCE])
    save_folded(rows)
    return [row.pk for row in rows]
