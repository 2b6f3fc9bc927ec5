"""Pictures of products, and their smaller renditions in WebP."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from pictures.models import PictureField

_STEP = settings.PICTURES["CONTAINER_WIDTH"] // settings.PICTURES["GRID_COLUMNS"]
LARGEST = settings.PICTURES["CONTAINER_WIDTH"]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page needs of a picture: addresses of its renditions, size and words."""

    image: str
    alt: str
    width: int
    height: int

    @property
    def src(self) -> str:
        """A middling rendition, for browsers that choose none."""
        return self._url(min(400, self._widest))

    @property
    def srcset(self) -> str:
        widths = range(_STEP, self._widest + 1, _STEP)
        return ", ".join(f"{self._url(width)} {width}w" for width in widths)

    @property
    def thumbnail(self) -> str:
        return self._url(min(200, self._widest))

    @property
    def large(self) -> str:
        return self._url(self._widest)

    @property
    def _widest(self) -> int:
        """Width of the widest rendition: renditions never enlarge. 0 when there are none."""
        return min(self.width or 0, LARGEST) // _STEP * _STEP

    def _url(self, width: int) -> str:
        return default_storage.url(_rendition_name(self.image, width) if width else self.image)


def _rendition_name(image: str, width: int) -> str:
    # The naming of django-pictures, without reading the original's size again.
    return f"{PurePosixPath(image).with_suffix('')}/{width}w.webp"


class ProductImage(models.Model):
    product = models.ForeignKey("main.Product", on_delete=models.CASCADE, related_name="images")
    image = PictureField(
        upload_to="product-images", width_field="width", height_field="height", max_length=255
    )
    alt = models.CharField("words for those who cannot see it", max_length=255, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["product", "position", "id"], name="productimage_order")]

    def __str__(self) -> str:
        return self.alt or self.image.name

    @property
    def picture(self) -> Picture:
        return Picture(
            image=self.image.name,
            alt=self.alt,
            width=self.width,
            height=self.height,
        )

    def remove_files(self) -> None:
        """Remove the original and its renditions, once the row is gone for good."""
        image = self.image
        if image:
            image.delete_all()
            transaction.on_commit(lambda: image.storage.delete(image.name))
