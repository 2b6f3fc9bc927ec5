"""Pages of a list by cursor: as fast at the end as at the start, and stable while it grows."""

from django.core import signing
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

_LINK = {"type": ["string", "null"], "format": "uri"}


class SignedCursorPagination(CursorPagination):
    """Cursors are signed: a position that we did not write never reaches the database."""

    page_size = 50
    cursor_query_description = "From `next` or `previous` of another page."

    def encode_cursor(self, cursor: Cursor) -> str:
        text = signing.dumps(list(cursor), salt=self._salt)
        return replace_query_param(self.base_url, self.cursor_query_param, text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            return Cursor(*signing.loads(text, salt=self._salt))
        except signing.BadSignature:
            raise NotFound("There is no such page of this list.") from None

    def get_paginated_response_schema(self, schema: dict) -> dict:
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": _LINK | {"description": "The next page; null on the last."},
                "previous": _LINK | {"description": "The page before; null on the first."},
                "results": schema | {"maxItems": self.page_size},
            },
        }

    @property
    def _salt(self) -> str:
        """A salt for each list: another list's cursor means another kind of position."""
        return f"main.api.cursor:{','.join(self.ordering)}"


class NewestOrdersFirst(SignedCursorPagination):
    ordering = ("-created_at", "-pk")


class NewestLinesFirst(SignedCursorPagination):
    ordering = ("-pk",)
