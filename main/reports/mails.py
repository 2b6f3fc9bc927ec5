"""How the sending of mails goes."""

from django_tasks_db.models import DBTaskResult


def mails_tried_again() -> int:
    """How many mails could not be sent and wait for another attempt."""
    waiting = DBTaskResult.objects.filter(status="READY", task_path__endswith=".send_mail")
    return waiting.filter(args_kwargs__kwargs__attempt__gt=0).count()
