"""What an order's lines and other charges have in common: a new state, a split."""

from collections.abc import Sequence
from typing import TypeVar

from main.errors import MoveRefused
from main.models.foreign_text import isolated
from main.models.history import update_many
from main.models.order_lines import OrderItem

Item = TypeVar("Item", bound=OrderItem)


def set_status(rows: Sequence[OrderItem], status: int, *, reason: str) -> None:
    """Save the state, with `reason` in the rows' history. The caller has checked the move."""
    for row in rows:
        row.status = status  # type: ignore[attr-defined]
    update_many(rows, fields=["status"], reason=reason)


def split(row: Item, copies: int | None) -> Item:
    """The row, or a new one to which `copies` of it move. The original row keeps its key."""
    if copies is None or copies == row.quantity:
        return row
    if not 1 <= copies < row.quantity:
        there = "is 1 copy" if row.quantity == 1 else f"are {row.quantity} copies"
        raise MoveRefused(f"There {there} of “{isolated(row.name)}” here, not {copies}.")
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    part = type(row)(**fields | {"id": None, "quantity": copies, "split_from_id": row.pk})
    part.save(force_insert=True)
    row.quantity -= copies
    update_many([row], fields=["quantity"], reason="Some copies moved on")
    return part
