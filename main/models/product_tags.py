"""Subjects that books are shelved under."""

from django.db import models
from django.urls import reverse


class ProductTagQuerySet(models.QuerySet):
    def active(self) -> "ProductTagQuerySet":
        return self.filter(active=True)

    def get_by_natural_key(self, slug: str) -> "ProductTag":
        return self.get(slug=slug)


class ProductTag(models.Model):
    name = models.CharField(max_length=64)
    slug = models.SlugField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    active = models.BooleanField(default=True)

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
