"""Reads request bodies: small ones only, and the sender hears what is wrong with them."""

import io
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

from main.api.errors import BodyTooLarge

LARGEST_BODY = 64 * 1024  # bytes


class JSONParser(parsers.JSONParser):
    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        try:
            return super().parse(_bounded(stream), media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None


class FormParser(parsers.FormParser):
    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        return super().parse(_bounded(stream), media_type, parser_context)


class MultiPartParser(parsers.MultiPartParser):
    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        return super().parse(_bounded(stream), media_type, parser_context)


def _bounded(stream) -> io.BytesIO:
    body = stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise BodyTooLarge
    return io.BytesIO(body)
