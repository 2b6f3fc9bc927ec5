"""Of what there is to ask a part, at the next page the next one: the whole is for bin/prove."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import count
from typing import TypeVar

Asked = TypeVar("Asked")


class InParts:
    """Mixed into a test case; with `parts` of 1 everything is asked."""

    parts: int

    def part_of(self, asked: Sequence[Asked]) -> list[Asked]:
        """Each of `parts` calls has another part, so all is asked of some page."""
        turn = next(self._turns)
        return [each for number, each in enumerate(asked, turn) if number % self.parts == 0]

    @cached_property
    def _turns(self) -> Iterator[int]:
        return count()
