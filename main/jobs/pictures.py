"""The job that makes and removes renditions of pictures."""

from typing import Any

from pictures.tasks import process_picture

from main.queue import job


@job
def render_pictures(**files: Any) -> None:
    """Which of one picture to make and which to remove, as django-pictures puts it."""
    process_picture(**files)
