"""Products: the books (and a few other things) for sale."""

import hashlib
from decimal import Decimal
from itertools import count
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import MD5, Left
from django.urls import reverse
from django.utils.text import slugify

from main.models import search
from main.models.folded_text import Folded, FoldedRows
from main.models.history import History
from main.models.isbn import isbn13
from main.models.ismn import is_ismn, number_name
from main.models.languages import LANGUAGES, language_tag
from main.models.product_images import Picture, first_picture
from main.models.product_tags import ProductTag
from main.models.search_words import BookWordsField

CLOTH_COLOURS = 8
_LANGUAGES_BY_NAME = sorted(LANGUAGES.items(), key=lambda item: item[1])
INDEXED_AUTHORS = 100  # characters: the whole text may be too long for an index
SHELF_LOOKED_AT = 100
NOT_REGISTERED = "The shop is not registered for VAT, so the rate must be 0"


def validate_isbn13(value: str) -> None:
    """Require thirteen plain digits, of which the last is the check digit."""
    try:
        is_as_stored = isbn13(value) == value
    except ValueError:
        is_as_stored = False
    if not is_as_stored:
        raise ValidationError(f"“{value}” is not a valid ISBN-13.")


def default_tax_rate() -> Decimal:
    return settings.DEFAULT_TAX_RATE


def make_slug(*, name: str, authors: str, isbn: str | None) -> str:
    """The book's name in its address: readable, and unique by what identifies the book."""
    known_by = isbn or hashlib.sha256(f"{name}\0{authors}".encode()).hexdigest()[:12]
    return f"{slugify(name)[:90] or 'book'}-{known_by}".strip("-")


def cloth_of(product_id: int) -> int:
    """Which binding colour a book without a picture gets; it never changes."""
    return product_id % CLOTH_COLOURS


class ProductQuerySet(FoldedRows, models.QuerySet["Product"]):
    def active(self) -> "ProductQuerySet":
        return self.filter(active=True)

    def in_stock(self) -> "ProductQuerySet":
        return self.filter(stock__gt=0)

    def taxed_in_vain(self) -> "ProductQuerySet":
        """Books with a VAT rate in a shop that may charge none; nobody can buy them."""
        return self.none() if settings.SELLER["vat_id"] else self.exclude(tax_rate=0)

    def can_be_bought(self) -> "ProductQuerySet":
        on_sale = self.active().in_stock()
        return on_sale if settings.SELLER["vat_id"] else on_sale.filter(tax_rate=0)

    def tagged(self, tag: ProductTag) -> "ProductQuerySet":
        return self.filter(tags=tag)

    def with_cover(self) -> "ProductQuerySet":
        """Fetch each product's first picture in the same query."""
        return self.annotate(cover_fields=first_picture("pk"))

    def for_listing(self) -> "ProductQuerySet":
        """As cards show them: with the cover, without the long texts."""
        return self.with_cover().defer("description")

    def by_the_authors_of(self, product: "Product") -> "ProductQuerySet":
        """Other books by the same authors; none if no author is known."""
        if not product.authors:
            return self.none()
        beginning = product.authors[:INDEXED_AUTHORS]
        same = self.alias(beginning=Left("authors", INDEXED_AUTHORS)).filter(beginning=beginning)
        return same.filter(authors=product.authors).exclude(pk=product.pk)

    def sharing_subjects(self, tags: list[ProductTag]) -> "ProductQuerySet":
        """Books with the same subjects, most shared subjects first.

        Looks at the first SHELF_LOOKED_AT places only: a subject can have all the shop's books.
        """
        places = Product.tags.through.objects.filter(producttag__in=tags)
        own = places.filter(product=models.OuterRef("pk")).order_by().values("product")
        counted: Any = own.annotate(places=models.Count("pk"))
        shared = counted.values("places")
        looked_at = places.values("product")[:SHELF_LOOKED_AT]
        return self.filter(pk__in=looked_at).alias(shared=shared).order_by("-shared", "pk")

    def search(self, query: str) -> "ProductQuerySet":
        """Books that contain every word of `query`, best match first."""
        return cast("ProductQuerySet", search.search(self, query))

    def search_close(self, query: str) -> "ProductQuerySet":
        """Books that contain something similar to each word of `query`, most similar first."""
        return cast("ProductQuerySet", search.search_close(self, query))

    def locked(self) -> "ProductQuerySet":
        """Lock the rows until the transaction ends, always in one order to avoid deadlocks."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class Product(Folded):
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=120, unique=True, blank=True)
    description = models.TextField(blank=True)
    authors = models.CharField(max_length=1000, blank=True)
    isbn = models.CharField(
        "ISBN-13", max_length=13, unique=True, null=True, blank=True, validators=[validate_isbn13]
    )
    year = models.SmallIntegerField(
        "year of first publication", null=True, blank=True, help_text="Negative before Christ."
    )
    language = models.CharField(max_length=3, blank=True, choices=_LANGUAGES_BY_NAME)
    price = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="VAT included.",
    )
    tax_rate = models.DecimalField(
        "VAT rate",
        max_digits=4,
        decimal_places=2,
        default=default_tax_rate,
        validators=[MinValueValidator(0), MaxValueValidator(99)],
        help_text="Percent.",
    )
    stock = models.PositiveIntegerField(default=0)
    tags = models.ManyToManyField(ProductTag, blank=True, related_name="products")
    active = models.BooleanField(default=True)
    folded = BookWordsField(sources=["name", "authors", "description"])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()
    history = History(excluded_fields=["folded", "updated_at"])

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            # By hash: these two texts can be too long for an index of PostgreSQL.
            models.UniqueConstraint(
                MD5("name"),
                MD5("authors"),
                condition=models.Q(isbn=None),
                name="product_without_isbn_known_by_name_and_authors",
                violation_error_message="There is such a book without an ISBN already.",
            ),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="product_price_positive"),
        ]
        indexes = [
            models.Index(fields=["active", "-created_at", "-id"], name="product_newest"),
            models.Index(fields=["active", "name", "id"], name="product_by_name"),
            models.Index(fields=["active", "price", "id"], name="product_by_price"),
            models.Index(Left("authors", INDEXED_AUTHORS), name="product_by_authors"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A shop that is not registered for VAT charges none."""
        if self.is_taxed_in_vain:
            raise ValidationError({"tax_rate": f"{NOT_REGISTERED}."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.isbn = self.isbn or None
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("product", kwargs={"slug": self.slug})

    @property
    def published_isbn(self) -> str | None:
        """For machines, which take an ISBN at its word."""
        return None if is_ismn(self.isbn or "") else self.isbn

    @property
    def number_name(self) -> str:
        return number_name(self.isbn or "")

    @property
    def is_taxed_in_vain(self) -> bool:
        return bool(self.tax_rate) and not settings.SELLER["vat_id"]

    @property
    def copies_for_sale(self) -> int:
        """Copies that customers can buy now."""
        return self.stock if self.active and not self.is_taxed_in_vain else 0

    @property
    def is_in_stock(self) -> bool:
        return self.copies_for_sale > 0

    @property
    def year_label(self) -> str:
        if self.year is None:
            return ""
        return f"{-self.year} BC" if self.year < 0 else str(self.year)

    @property
    def language_name(self) -> str:
        return LANGUAGES.get(self.language, "")

    @property
    def language_tag(self) -> str:
        return language_tag(self.language)

    @property
    def author_names(self) -> list[str]:
        return [name.strip() for name in self.authors.split(",") if name.strip()]

    @property
    def cloth(self) -> int:
        return cloth_of(self.pk)

    @property
    def cover(self) -> Picture | None:
        """The first picture, if the query fetched it (`with_cover`)."""
        fields = vars(self)["cover_fields"]
        return Picture(**fields) if fields else None

    def _free_slug(self) -> str:
        """With a number if another book has it; a renamed book keeps its address."""
        slug = make_slug(name=self.name, authors=self.authors, isbn=self.isbn)
        alike = Product.objects.filter(slug__startswith=slug).exclude(pk=self.pk)
        taken = set(alike.values_list("slug", flat=True))
        numbered = (f"{slug}-{number}" for number in count(2))
        return slug if slug not in taken else next(each for each in numbered if each not in taken)
