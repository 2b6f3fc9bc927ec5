"""A column with a row's texts folded, to be found by; written with the row, in every way of saving.

On PostgreSQL a trigger (migration 0014) empties it when a row changed and it did not: the release
before knows nothing of it. Until the backfill folds such a row, it is found as it is written.
"""

import hashlib
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from main.models.folding import squeeze

AT_ONCE = 200  # rows that one statement writes
MOST_TURNS = 4  # of a name's words: “Müller, Zoë” is “Zoë Müller”
DIGEST = 8  # characters: enough to tell that a row changed, and few for an index of trigrams


class FoldedField(models.TextField):  # type: ignore[type-arg]
    """What its `sources`, other columns of the row, say, folded: a line each, after a digest.

    The digest is that of the sources as they are, so that the database can tell whether they have
    changed since.
    """

    def __init__(self, sources: Iterable[str] = (), **options: Any) -> None:
        self.sources = tuple(sources)
        super().__init__(**options | {"null": True, "editable": False})

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        del options["null"], options["editable"]
        return name, path, arguments, options | {"sources": self.sources}

    def folded(self, row: Any) -> str:
        texts = [getattr(row, source) for source in self.sources]
        return "\n".join([digest_of(texts), *self.lines(texts)])

    def lines(self, texts: list[str]) -> list[str]:
        return [squeeze(text) for text in texts]

    def pre_save(self, model_instance: Any, add: bool) -> str:
        text = self.folded(model_instance)
        setattr(model_instance, self.attname, text)
        return text


class NameField(FoldedField):
    """A person's two names, which may be typed together, in either order."""

    def lines(self, texts: list[str]) -> list[str]:
        return [squeeze(" ".join(texts)), squeeze(" ".join(reversed(texts)))]


def digest_of(texts: list[str]) -> str:
    whole = "\n".join(texts).encode(errors="surrogatepass")
    return hashlib.md5(whole, usedforsecurity=False).hexdigest()[:DIGEST]


@FoldedField.register_lookup
class Holds(models.Lookup):
    """Whether one of the lines holds these folded letters."""

    lookup_name = "holds"
    pattern = "%\n%{}%"  # after the first line's end: the digest is no text

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        # Folded letters are nothing that LIKE interprets.
        return f"{column} LIKE %s", [*parameters, self.pattern.format(self.rhs)]


@FoldedField.register_lookup
class SecondHolds(Holds):
    """Whether the second of two lines holds these folded letters."""

    lookup_name = "second_holds"
    pattern = "%\n%\n%{}%"


@FoldedField.register_lookup
class Is(Holds):
    """Whether the last line is these folded letters, neither more nor less."""

    lookup_name = "is"
    pattern = "%\n{}"


def holding(model: Any, text: str) -> Q:
    """The rows of which one text holds this one, however the two are written."""
    return _folded_or("holds", text, "icontains", folded_field(model).sources)


def second_holding(model: Any, text: str) -> Q:
    """The same, asking only the second of the row's two texts."""
    return _folded_or("second_holds", text, "icontains", folded_field(model).sources[1:])


def being(model: Any, text: str) -> Q:
    """The rows whose only text is this one, however the two are written."""
    return _folded_or("is", text, "iexact", folded_field(model).sources)


def _folded_or(lookup: str, text: str, as_written: str, sources: Iterable[str]) -> Q:
    """A row that nobody has folded yet is found as it is written."""
    unfolded = reduce(or_, (Q(**{f"{source}__{as_written}": text}) for source in sources))
    ways = _turned(text) if lookup.endswith("holds") else [squeeze(text)]
    if not any(ways):
        return unfolded
    return reduce(or_, (Q(**{f"folded__{lookup}": way}) for way in ways)) | (
        Q(folded=None) & unfolded
    )


def _turned(text: str) -> list[str]:
    """The folded letters of a name, also with the words behind in front: the last name comes first
    in some lists and countries.
    """
    words = [word for word in map(squeeze, text.split()) if word]
    turns = range(min(len(words), MOST_TURNS))
    return list(dict.fromkeys("".join(words[at:] + words[:at]) for at in turns))


class FoldedRows(models.QuerySet[Any]):
    """Writes `folded` with its sources in each statement for many rows, too."""

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> Any:
        fields = options.get("update_fields")
        if fields and self._are_sources(fields):
            options["update_fields"] = [*fields, "folded"]
        return super().bulk_create(objs, *args, **options)

    def bulk_update(self, objs: Iterable[Any], fields: Any, batch_size: int | None = None) -> int:
        rows, names = list(objs), list(fields)
        if self._are_sources(names):
            fold_rows(rows)
            names.append("folded")
        return super().bulk_update(rows, names, batch_size=batch_size)

    def update(self, **values: Any) -> int:
        if "folded" in values or not self._are_sources(values):
            return super().update(**values)
        with transaction.atomic(using=self.db):
            keys = list(self.values_list("pk", flat=True))
            count = super().update(**values, folded=None)
            changed = self.model._base_manager.using(self.db).filter(pk__in=keys)
            save_folded(list(changed.only(*folded_field(self.model).sources)))
        return count

    def _are_sources(self, names: Collection[str]) -> bool:
        return not {*names}.isdisjoint(folded_field(self.model).sources)


class Folded(models.Model):
    """A row with a column `folded`, which is saved whenever one of its sources is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        named = options.get("update_fields")
        if named is not None and not {*named}.isdisjoint(folded_field(type(self)).sources):
            options["update_fields"] = {*named, "folded"}
        super().save(*args, **options)


def fold_rows(rows: Iterable[Any]) -> None:
    """Fold the rows' texts; the caller saves them."""
    for row in rows:
        row.folded = folded_field(type(row)).folded(row)


def save_folded(rows: list[Any]) -> None:
    """Fold and save the rows' texts, without history: nothing that anybody wrote has changed."""
    fold_rows(rows)
    for model in {type(row) for row in rows}:
        model._base_manager.bulk_update(rows, ["folded"], batch_size=AT_ONCE)


def folded_field(model: Any) -> FoldedField:
    field: FoldedField = model._meta.get_field("folded")
    return field


def is_folded(model: type[models.Model]) -> bool:
    return any(isinstance(field, FoldedField) for field in model._meta.concrete_fields)
