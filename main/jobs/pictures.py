"""The jobs that make and remove renditions of pictures."""

from typing import Any

from main.actions.pictures import look_at_old_pictures, render_picture
from main.queue import EACH_MINUTE, job, periodic

SECONDS = 5  # a worker does one thing at a time: mails wait


@job
def render_pictures(**files: Any) -> None:
    """`files` are django-pictures' own arguments: what to make of a picture and what to remove."""
    render_picture(**files)


@periodic(EACH_MINUTE, about="Checks pictures that release 0.2.0 stored, a few at a time.")
def look_at_pictures() -> None:
    look_at_old_pictures(seconds=SECONDS)
