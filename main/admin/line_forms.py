"""The form for an order's lines: where each goes next, and how many of its copies."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from main.admin.copies import Copies
from main.admin.order_forms import LONGEST_REASON, REASON_MISSING
from main.models import Order, OrderLine
from main.models.foreign_text import isolated
from main.models.order_moves import line_moves


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its fields, for the page."""

    line: OrderLine
    state: str
    move: forms.BoundField | None
    copies: forms.BoundField | None
    seen: list[forms.BoundField]


class LineMovesForm(forms.Form):
    """A choice for each line that can move, and the reason for what is cancelled.

    `was-…` is the state that the page showed: a line that someone else has moved since is left
    alone and reported.
    """

    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def __init__(self, *args, order: Order, may_refund: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.may_refund = order, may_refund
        self.lines = list(order.lines.all())
        self.copies = Copies(self, self.lines)
        self.stale: list[str] = []
        for line in self.lines:
            self.fields[f"line-{line.pk}"] = self._move_field(line)
            self.fields[f"was-{line.pk}"] = forms.TypedChoiceField(
                choices=OrderLine.Status, coerce=int, required=False, initial=line.status,
                widget=forms.HiddenInput(attrs={"id": False}),
            )  # fmt: skip

    @property
    def rows(self) -> Iterator[LineRow]:
        for line in self.lines:
            moves = self._moves(line)
            yield LineRow(
                line=line,
                state=OrderLine.Status(line.status).name.lower(),
                move=self[f"line-{line.pk}"] if moves else None,
                copies=self.copies.field(line) if moves else None,
                seen=[self[f"was-{line.pk}"], self.copies.seen(line)],
            )

    @property
    def can_move(self) -> bool:
        return any(self._moves(line) for line in self.lines)

    @property
    def can_cancel(self) -> bool:
        return any(OrderLine.Status.CANCELLED in self._moves(line) for line in self.lines)

    def clean(self) -> dict[str, Any]:
        moves = self.moves()
        if moves.get(OrderLine.Status.CANCELLED) and not self.cleaned_data.get("reason"):
            self.add_error("reason", REASON_MISSING)
        moving = {key for keys in moves.values() for key in keys}
        self.copies.check(line for line in self.lines if line.pk in moving)
        return self.cleaned_data

    def moves(self) -> dict[OrderLine.Status, list[int]]:
        """The keys of the lines to move, by new state, in the states' order."""
        self.stale = []
        moves = defaultdict(list)
        for line in self.lines:
            wanted = self.cleaned_data.get(f"line-{line.pk}")
            if not wanted or wanted == line.status:
                continue
            if news := self._news_of(line):
                self.stale.append(f"“{isolated(line.name)}” {news}, so it was left unchanged.")
            else:
                moves[OrderLine.Status(wanted)].append(line.pk)
        return dict(sorted(moves.items()))

    def _news_of(self, line: OrderLine) -> str:
        """How others have changed the line since the page was shown."""
        if self.cleaned_data.get(f"was-{line.pk}") not in (line.status, None, ""):
            return f"is now {OrderLine.Status(line.status).label}"
        return self.copies.news_of(line)

    def _moves(self, line: OrderLine) -> list[OrderLine.Status]:
        return line_moves(line, self.order, may_refund=self.may_refund)

    def _move_field(self, line: OrderLine) -> forms.TypedChoiceField:
        """Offers the allowed states but accepts any: the action refuses the others in words."""
        field = forms.TypedChoiceField(
            choices=OrderLine.Status, coerce=int, required=False, empty_value=None
        )
        labels = [(status.value, _to(line, status)) for status in self._moves(line)]
        attributes = {"aria-label": f"Next state of {isolated(line.name)}", "id": f"line-{line.pk}"}
        field.widget = forms.Select(attributes, choices=[("", "leave unchanged"), *labels])
        return field


def _to(line: OrderLine, status: OrderLine.Status) -> str:
    """The move in the words of the staff who make it."""
    if line.status == OrderLine.Status.SENT:
        came_back = status == OrderLine.Status.CANCELLED
        return "came back: refund" if came_back else "not sent after all"
    return {OrderLine.Status.NEW: "back to new", OrderLine.Status.CANCELLED: "cancel"}.get(
        status, status.label
    )
