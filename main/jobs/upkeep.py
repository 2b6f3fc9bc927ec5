"""Housekeeping jobs: lost tasks are queued again, expired rows are removed."""

from django.core.management import call_command

from main.actions import tokens
from main.actions.checkout_keeping import forget_checkouts
from main.actions.order_limits import forget_origins
from main.queue import EACH_HOUR, EACH_MINUTE, EACH_NIGHT, periodic, upkeep


@periodic(EACH_MINUTE, about="Puts back tasks whose worker stopped or did not know them.")
def give_back_tasks() -> None:
    upkeep.give_back_tasks()


@periodic(EACH_HOUR, about="Removes failed tasks after a week.")
def forget_failed_tasks() -> None:
    upkeep.forget_finished_tasks()


@periodic(EACH_NIGHT, about="Removes expired sessions.")
def forget_expired_sessions() -> None:
    call_command("clearsessions")


@periodic(EACH_NIGHT, about="Removes expired API tokens and chat tickets.")
def forget_expired_tokens() -> None:
    tokens.forget_expired_tokens()


@periodic(EACH_NIGHT, about="Removes completed and abandoned checkouts.")
def forget_old_checkouts() -> None:
    forget_checkouts()


@periodic(EACH_NIGHT, about="Forgets from which client a guest's order came, after two weeks.")
def forget_order_origins() -> None:
    forget_origins()
