"""The job that sends every e-mail."""

from typing import Any

from main import emails
from main.queue import job


@job
def send_mail(*, event: str, **ids: Any) -> None:
    emails.send(event, **ids)
