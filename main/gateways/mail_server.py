"""The mail server, tried with a letter."""

from django.conf import settings
from django.core.mail import send_mail

from main.errors import ShopError
from main.wording import mails


class MailNotTaken(ShopError):
    """No mail can be sent; `str(error)` says why."""


def try_letter(*, to: str) -> None:
    """Send a letter now, in this process; raises MailNotTaken with the reason."""
    if not mails.is_sending():
        raise MailNotTaken(mails.no_server())
    try:
        send_mail(f"{settings.EMAIL_SUBJECT_PREFIX}A trial", mails.trial_text(), None, [to])
    except OSError as error:
        raise MailNotTaken(mails.reason(error)) from error
