"""Pictures of products, and their smaller renditions in WebP."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import JSONObject
from pictures.models import PictureField

_SIZES: dict[str, Any] = settings.PICTURES
LARGEST: int = _SIZES["CONTAINER_WIDTH"]
SMALLEST = LARGEST // _SIZES["GRID_COLUMNS"]


def covers() -> Storage:
    """The public storage of pictures."""
    return storages["covers"]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page needs to show a picture: URLs of its renditions, size and alternative text."""

    image: str
    alt: str
    width: int
    height: int
    widest: int | None

    @property
    def src(self) -> str:
        """A medium rendition, for browsers that do not choose from `srcset`."""
        return self._url(min(400, self.rendered))

    @property
    def srcset(self) -> str:
        widths = range(SMALLEST, self.rendered + 1, SMALLEST)
        return ", ".join(f"{self._url(width)} {width}w" for width in widths)

    @property
    def thumbnail(self) -> str:
        return self._url(min(200, self.rendered))

    @property
    def large(self) -> str:
        return self._url(self.rendered)

    @property
    def rendered(self) -> int:
        """The width of the widest rendition, or 0: until there is one, the original is shown."""
        return widest_rendition(self.width) if self.widest is None else self.widest

    def _url(self, width: int) -> str:
        return covers().url(_rendition_name(self.image, width) if width else self.image)


def widest_rendition(width: int) -> int:
    """Of a picture of this width; 0 if it is too small for one, since renditions never enlarge."""
    return min(width or 0, LARGEST) // SMALLEST * SMALLEST


def remove_empty_folder(image: str) -> None:
    """Remove the folder of a picture's renditions if it exists and is empty."""
    try:
        Path(covers().path(_rendition_folder(image))).rmdir()
    except NotImplementedError:
        return  # a remote storage: it has no folders, only long names
    except OSError:
        return  # it is already gone, or not empty


def _rendition_folder(image: str) -> str:
    # As django-pictures names it, but without reading the original's size again.
    return str(PurePosixPath(image).with_suffix(""))


def _rendition_name(image: str, width: int) -> str:
    return f"{_rendition_folder(image)}/{width}w.webp"


class Original:
    """An upload, in the form that django-pictures' task removes together with its renditions."""

    def __init__(self, name: str, storage: Storage) -> None:
        self.name, self.storage = name, storage

    def delete(self) -> None:
        self.storage.delete(self.name)


class ProductImage(models.Model):
    product = models.ForeignKey("main.Product", on_delete=models.CASCADE, related_name="images")
    image = PictureField(
        upload_to="product-images",
        storage=covers,
        width_field="width",
        height_field="height",
        max_length=255,
    )
    alt = models.CharField("words for those who cannot see it", max_length=255, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    # The widest rendition that is stored; 0 until they are made. None: nobody has looked yet, as
    # after release 0.2.0, which kept no account.
    widest = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["product", "position", "id"], name="productimage_order")]

    def __str__(self) -> str:
        return self.alt or self.image.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new file has no renditions yet; for a stored one, the worker alone knows its own."""
        if not self.image._committed:
            self.widest = 0
        elif not self._state.adding and "update_fields" not in kwargs:
            fields = {field.name for field in self._meta.concrete_fields}
            kwargs["update_fields"] = fields - {"id", "widest"}
        super().save(*args, **kwargs)

    @property
    def picture(self) -> Picture:
        return Picture(
            image=self.image.name,
            alt=self.alt,
            width=self.width,
            height=self.height,
            widest=self.widest,
        )

    @property
    def files(self) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
        """The original and its renditions, as django-pictures takes what it should remove."""
        renditions = [each.deconstruct() for each in self.image.get_picture_files_list()]
        original = (self.image.name, self.image.storage.deconstruct())
        return [*renditions, (f"{__name__}.{Original.__name__}", original, {})]


def first_picture(product: str) -> models.Subquery:
    """For a query whose field `product` is a product's key: the fields of a Picture, or None."""
    first = ProductImage.objects.filter(product=models.OuterRef(product)).order_by("position", "pk")
    names = ("image", "alt", "width", "height", "widest")
    fields = JSONObject(**dict(zip(names, names, strict=True)))
    return models.Subquery(first.values(_=fields)[:1])
