"""manage.py check_mail: send one letter now, and say what went wrong."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from main.gateways.mail_server import MailNotTaken, try_letter
from main.wording.mails import mail_route


class Command(BaseCommand):
    help = (
        "Send a short letter to this address, at once and without the worker. The exit status is "
        "1, with the reason, if the mail server does not take it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="Who receives the letter: yourself.")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            validate_email(address)
            try_letter(to=address)
        except ValidationError:
            raise CommandError(f"“{address}” is not a mail address.") from None
        except MailNotTaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The letter to {address} was taken. It went {mail_route()}.")
        self.stdout.write("Look whether it arrives, and not among the spam.")
