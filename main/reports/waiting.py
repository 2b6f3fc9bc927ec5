"""What is waiting at this moment, for the metrics."""

from django_tasks_db.models import DBTaskResult

from booktime.sight.metrics_port import Counted
from main.models import Conversation


def _conversations() -> int:
    return Conversation.objects.waiting().count()


def _tasks() -> int:
    return DBTaskResult.objects.ready().count()


WAITING = {
    "conversations_waiting": Counted("Customers waiting for a reply.", _conversations),
    "tasks_waiting": Counted("Due tasks waiting for a worker.", _tasks),
}
