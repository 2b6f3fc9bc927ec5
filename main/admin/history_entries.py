"""History records in words: each is compared with the previous one of the same row."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field, Model
from django.utils.text import capfirst

from main.wording.dates import moment

LONGEST = 160  # characters shown of a text, around the difference
BEFORE_THE_DIFFERENCE = 40
NOTHING = "–"
KINDS = {"+": "Created", "~": "Changed", "-": "Deleted"}


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the page. `subject` is empty if it is about the page's own object."""

    at: datetime
    who: str
    what: str
    subject: str = ""
    reason: str = ""
    changes: Sequence[Change] = ()


def entries_of(records: Sequence[Any], *, about: type[Model]) -> list[Entry]:
    """An entry per record, newest first as given; rows of other models are named."""
    sets = _sets_of(records)
    before: dict[tuple, Any] = {}
    told = []
    for record in reversed(records):
        key = (type(record), record.instance_type._meta.pk.value_from_object(record))
        old, before[key] = before.get(key), record
        told.append(
            Entry(
                at=record.history_date,
                who=str(record.history_user or ""),
                what=KINDS[record.history_type],
                subject="" if record.instance_type is about else _name_of(record),
                reason=record.history_change_reason or "",
                changes=[*_changes(old, record), *_set_changes(old, record, sets)],
            )
        )
    return told[::-1]


def notes_of(
    log: Iterable[LogEntry], *, about: type[Model], told: Set[str] = frozenset()
) -> Iterator[Entry]:
    """What only the admin's log has: a book's pictures and subjects, a new password."""
    tracked = {capfirst(field.verbose_name) for field in about.history.model.tracked_fields} | told
    for note in log:
        note.change_message = json.dumps(_untracked(note.change_message, tracked))
        if note.change_message != "[]":
            what = note.get_change_message()
            yield Entry(at=note.action_time, who=str(note.user), what=what)


def _untracked(message: str, tracked: set[str]) -> list[dict]:
    try:
        parts = json.loads(message)
    except ValueError:
        return []
    return [part for each in parts if (part := _untracked_part(each, tracked))]


def _untracked_part(part: dict, tracked: set[str]) -> dict | None:
    [(verb, detail)] = part.items()
    if "name" in detail:
        return part
    labels = [label for label in detail.get("fields", ()) if capfirst(label) not in tracked]
    return {verb: {"fields": labels}} if labels else None


def _name_of(record: Any) -> str:
    """The row's name as it was. `record.instance` would query each field that history excludes."""
    fields = {field.attname: getattr(record, field.attname) for field in record.tracked_fields}
    return str(record.instance_type(**fields))


def _changes(old: Any, new: Any) -> Iterator[Change]:
    if old is None or new.history_type == "-":
        return
    for field in new.tracked_fields:
        if getattr(old, field.attname) != getattr(new, field.attname):
            before, after = _shortened(_shown(old, field), _shown(new, field))
            yield Change(capfirst(field.verbose_name), before, after)


def _shown(record: Any, field: Field) -> str:
    value = getattr(record, field.attname)
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return _related(record, field)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    return str(getattr(value, "name", value))  # a country has a name


def _related(record: Any, field: Field) -> str:
    try:
        return str(getattr(record, field.name))
    except ObjectDoesNotExist:
        return f"#{getattr(record, field.attname)} (deleted)"


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Shorten long texts to where they differ."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    parting = next((i for i, (a, b) in pairs if a != b), min(len(before), len(after)))
    start = max(0, parting - BEFORE_THE_DIFFERENCE)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def _sets_of(records: Sequence[Any]) -> dict[tuple[int, str], set[str]]:
    """The many-to-many rows of all records, in one query per field."""
    sets: dict[tuple[int, str], set[str]] = defaultdict(set)
    for field in records[0]._history_m2m_fields if records else ():
        rows = getattr(type(records[0]), field.name).filter(
            history__in=[record.pk for record in records]
        )
        target = field.m2m_reverse_field_name()
        for row in rows.select_related(target):
            sets[row.history_id, field.name].add(str(getattr(row, target)))
    return sets


def _set_changes(old: Any, new: Any, sets: dict) -> Iterator[Change]:
    if old is None or new.history_type == "-":
        return
    for field in new._history_m2m_fields:
        before, after = sets[old.pk, field.name], sets[new.pk, field.name]
        if before != after:
            shown = (", ".join(sorted(names)) or NOTHING for names in (before, after))
            yield Change(capfirst(field.verbose_name), *shown)
