"""What is sent and received about a conversation, field by field."""

import re
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from main.api.fields import WholeField
from main.models import Message, Role
from main.models.conversations import LONGEST
from main.models.one_line import BLANK
from main.reports.conversations import A_PAGE, MOST

_HIGHEST = 2**31 - 1
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_TEXT = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST,
    # Something visible; control characters are removed.
    "pattern": f"[^{BLANK}{_CONTROL}]",
}
_WHO = {"type": "string", "pattern": r"^(customer|system|staff-[0-9]+)$"}
_UUID = re.compile(r'"?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"?', re.IGNORECASE)
_NO_KEY = "Send a UUID of your own as Idempotency-Key."


@extend_schema_field(_TEXT)
class _TextField(serializers.Field):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("A message must be text.")
        return data


class _KeyField(serializers.Field):
    """Bare, or in quotes, as in the draft of the header's standard."""

    default_error_messages = {"invalid": _NO_KEY, "null": _NO_KEY}

    def to_internal_value(self, data: str) -> UUID:
        found = _UUID.fullmatch(data.strip())
        return UUID(found[1]) if found else self.fail("invalid")


@extend_schema_field(_WHO)
class _WhoField(serializers.CharField):
    pass


class KeySerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        return {"Idempotency-Key": _KeyField()}


class NewMessageSerializer(serializers.Serializer):
    text = _TextField(help_text="At most 4,000 characters, as they are typed.")


class HistorySerializer(serializers.Serializer):
    after = WholeField(in_query=True, min_value=0, max_value=_HIGHEST, required=False)
    before = WholeField(in_query=True, min_value=0, max_value=_HIGHEST, required=False)
    limit = WholeField(in_query=True, min_value=1, max_value=MOST, default=A_PAGE)


class ReadSerializer(serializers.Serializer):
    upto = WholeField(min_value=0, max_value=_HIGHEST)


class MessageSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=1, help_text="1, 2, 3 ..., without gaps.")
    id = serializers.IntegerField(min_value=1)
    cid = serializers.UUIDField(allow_null=True, help_text="The sender's key; null for a fact.")
    kind = serializers.ChoiceField(Message.Kind.choices)
    fact = serializers.ChoiceField(
        Message.Fact.choices, allow_null=True, help_text="What happened to the order."
    )
    who = _WhoField(help_text="The same for all that one person says.")
    author = serializers.CharField(help_text="A name to show.")
    role = serializers.ChoiceField(Role.choices)
    text = serializers.CharField(help_text="Plain text, with line breaks.")
    at = serializers.DateTimeField()


class PostedSerializer(MessageSerializer):
    dup = serializers.BooleanField(help_text="It had already been stored by an earlier attempt.")


class MeSerializer(serializers.Serializer):
    who = _WhoField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)


class StretchSerializer(serializers.Serializer):
    head = serializers.IntegerField(min_value=0, help_text="The number of the last message.")
    items = MessageSerializer(many=True)
    more = serializers.BooleanField()
    reads = serializers.DictField(
        child=serializers.IntegerField(min_value=0), help_text="Who has read up to which message."
    )
    me = MeSerializer(help_text="Who is asking.")


class ChatTicketSerializer(serializers.Serializer):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(min_value=1, help_text="Seconds.")
