"""Replies that staff send often: written once, with placeholders that are filled in when sent."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models

from main.models.folded_text import Folded, FoldedField, FoldedRows

# The names that may stand in braces, and what each is replaced by.
PLACEHOLDERS = {
    "order_number": "the order's number",
    "status": "the order's state, in the customer's words (paid, sent ...)",
    "stock": "how many copies of each book are in stock",
    "customer_name": "the customer's name",
    "my_name": "the sender's name",
    "dispatch_by": "the dispatch date; for paid orders, until that day",
}
_IN_BRACES = re.compile(r"\{([a-z_]+)\}")


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Replace each known `{placeholder}` once; values are not searched for more of them."""
    return _IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def placeholders_in(text: str) -> set[str]:
    return set(_IN_BRACES.findall(text)) & PLACEHOLDERS.keys()


def check_placeholders(text: str) -> None:
    if unknown := sorted(set(_IN_BRACES.findall(text)) - PLACEHOLDERS.keys()):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValidationError(f"{{{unknown[0]}}} is not a placeholder. You can use: {known}.")


class CannedReplyQuerySet(FoldedRows, models.QuerySet["CannedReply"]):
    def active(self) -> "CannedReplyQuerySet":
        return self.filter(active=True)


class CannedReply(Folded):
    name = models.CharField(max_length=60, unique=True)
    text = models.TextField(max_length=2000, validators=[check_placeholders])
    active = models.BooleanField(default=True)
    folded = FoldedField(sources=["name", "text"])

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "canned replies"

    def __str__(self) -> str:
        return self.name
