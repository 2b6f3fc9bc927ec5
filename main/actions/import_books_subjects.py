"""Finds the subjects that a supplier's list names among those of the shop."""

from collections.abc import Mapping

from django.db.models import Q

from main.gateways.plain_text import plain_text
from main.models import ProductTag


def find_subjects(names: Mapping[str, str]) -> dict[str, int]:
    """The keys of existing subjects by the slug that the list gives them (`names`: name by slug).

    A subject that was once stored in a feed's HTML gets its plain name, and keeps its address.
    """
    _mend_coded({name: slug for slug, name in names.items()})
    found = ProductTag.objects.filter(Q(slug__in=names) | Q(name__in=names.values()))
    rows = list(found.order_by("pk").values_list("pk", "slug", "name"))
    slugs = {name: slug for slug, name in names.items()}
    by_name = {slugs[name]: pk for pk, _, name in reversed(rows) if name in slugs}
    return by_name | {slug: pk for pk, slug, _ in rows if slug in names}


def _mend_coded(wanted: Mapping[str, str]) -> None:
    taken = set(ProductTag.objects.filter(slug__in=wanted.values()).values_list("slug", flat=True))
    for tag in ProductTag.objects.filter(Q(name__contains="&") | Q(name__contains="<")):
        plain = plain_text(tag.name)
        if plain != tag.name and plain in wanted and wanted[plain] not in taken:
            ProductTag.objects.filter(pk=tag.pk).update(name=plain)
