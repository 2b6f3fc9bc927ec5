"""Pages of long lists, fast however many rows there are."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):
    """Counts no further than MOST rows: to see more, search or filter."""

    MOST = 5000

    @cached_property
    def counted(self) -> int:
        """The number of rows, or MOST + 1 if there are more."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: self.MOST + 1].count()
        return len(rows)

    @cached_property
    def count(self) -> int:
        return min(self.counted, self.MOST)

    @property
    def is_cut(self) -> bool:
        return self.counted > self.MOST
