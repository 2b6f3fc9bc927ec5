"""What is waiting at this moment, for the metrics."""

from django_tasks_db.models import DBTaskResult

from booktime.sight.metrics_port import Counted
from main.models import Conversation


def _conversations() -> int:
    return Conversation.objects.waiting().count()


def _tasks() -> int:
    return DBTaskResult.objects.ready().count()


WAITING = {
    "conversations_waiting": Counted("Customers who wait for an answer.", _conversations),
    "tasks_waiting": Counted("Tasks that are due and wait for a worker.", _tasks),
}
