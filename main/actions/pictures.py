"""Makes the renditions of pictures, and removes the files that nothing shows any more."""

import logging
import time
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from pictures.tasks import process_picture
from pictures.utils import reconstruct

from main import events
from main.gateways.pictures import (
    PictureRefused,
    read_picture,
    was_rendered_well_before,
    write_rendition,
)
from main.models import ProductImage

logger = logging.getLogger(__name__)


def render_picture(*, storage: tuple[Any, ...], file_name: str, **files: Any) -> None:
    """Make the new renditions and remove the old files, as django-pictures' task would.

    Its own rendering knows neither grey nor CMYK profiles, and opens any format. A picture that no
    repetition can mend is shown as it was uploaded, and the administrators hear of it.
    """
    if files.get("new"):
        new = [reconstruct(*each) for each in files["new"]]
        try:
            _note(file_name, widest=_render(reconstruct(*storage), file_name, new))
        except PictureRefused as refused:
            logger.error("The picture %s %s.", file_name, refused)
    process_picture(storage=storage, file_name=file_name, **{"sender": None, **files, "new": []})


def look_at_old_pictures(*, seconds: float) -> None:
    """Find out which renditions the pictures of release 0.2.0 have; make missing and wrong ones."""
    started = time.monotonic()
    for image in ProductImage.objects.filter(widest=None).order_by("pk").iterator(chunk_size=100):
        try:
            widest = _look_at(image)
        except (FileNotFoundError, PictureRefused) as error:
            logger.error("The picture %s has no renditions: %s", image.image.name, error)
            widest = 0
        _note(image.image.name, widest=widest)
        if time.monotonic() - started > seconds:
            return


def _look_at(image: ProductImage) -> int:
    storage, name = image.image.storage, image.image.name
    renditions = list(image.image.get_picture_files_list())
    with storage.open(name) as file:
        is_well = was_rendered_well_before(file)
    if is_well and all(storage.exists(each.name) for each in renditions):
        return _widest(renditions)
    return _render(storage, name, renditions)


def _render(storage: Storage, file_name: str, renditions: list[Any]) -> int:
    with storage.open(file_name) as file:
        picture = read_picture(file)
    for rendition in renditions:
        content = ContentFile(write_rendition(picture, width=rendition.width))
        rendition.storage.delete(rendition.name)  # a storage would choose another name
        rendition.storage.save(rendition.name, content)
    return _widest(renditions)


def _widest(renditions: list[Any]) -> int:
    return max((rendition.width for rendition in renditions), default=0)


def _note(file_name: str, *, widest: int) -> None:
    """From now on pages name the renditions up to this one."""
    ProductImage.objects.filter(image=file_name).update(widest=widest)


def remove_picture_files(*, picture: ProductImage) -> None:
    """Remove the original and its renditions if the row's deletion commits.

    It is one task, retried like any other, since the storage may be unavailable.
    """
    if picture.image:
        events.picture_changed(
            storage=picture.image.storage.deconstruct(),
            file_name=picture.image.name,
            sender=picture.image.sender,
            new=[],
            old=picture.files,
        )
