"""Replies that staff write often: kept once, filled in with the order's facts when sent."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models

# What may stand in braces, and what it becomes.
FACTS = {
    "order_number": "the order's number",
    "status": "how the order stands, in the customer's words (paid, sent ...)",
    "stock": "how many copies of each book are there",
    "customer_name": "the customer's name",
    "my_name": "the sender's name",
    "dispatch_by": "the day by which it is to be sent; of paid orders, until that day",
}
_IN_BRACES = re.compile(r"\{([a-z_]+)\}")


def fill_in(text: str, facts: Mapping[str, str]) -> str:
    """Each `{fact}` that is known replaced, once: what is filled in is not looked at again."""
    return _IN_BRACES.sub(lambda found: facts.get(found[1], found[0]), text)


def facts_named_in(text: str) -> set[str]:
    return set(_IN_BRACES.findall(text)) & FACTS.keys()


def check_facts(text: str) -> None:
    if unknown := sorted(set(_IN_BRACES.findall(text)) - FACTS.keys()):
        known = ", ".join(f"{{{name}}}" for name in FACTS)
        raise ValidationError(f"{{{unknown[0]}}} is not known. There are: {known}.")


class CannedReplyQuerySet(models.QuerySet):
    def active(self) -> "CannedReplyQuerySet":
        return self.filter(active=True)


class CannedReply(models.Model):
    name = models.CharField(max_length=60, unique=True)
    text = models.TextField(max_length=2000, validators=[check_facts])
    active = models.BooleanField(default=True)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "canned replies"

    def __str__(self) -> str:
        return self.name
