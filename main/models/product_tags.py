"""Subjects that books are listed under."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from main.models.folded_text import Folded, FoldedField, FoldedRows

ALL_BOOKS = "all"  # takes the place of a subject's slug in the address of the list of all books


def validate_is_no_list_of_all(slug: str) -> None:
    """Such a subject could never be opened: its address is taken."""
    if slug.lower() == ALL_BOOKS:
        raise ValidationError("“all” is the list of all books.")


class ProductTagQuerySet(FoldedRows, models.QuerySet["ProductTag"]):
    def active(self) -> "ProductTagQuerySet":
        return self.filter(active=True)

    def get_by_natural_key(self, slug: str) -> "ProductTag":
        return self.get(slug=slug)


class ProductTag(Folded):
    name = models.CharField(max_length=64)
    slug = models.SlugField(max_length=64, unique=True, validators=[validate_is_no_list_of_all])
    description = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    folded = FoldedField(sources=["name"])

    objects = ProductTagQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "subject"

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("products", kwargs={"tag": self.slug})
