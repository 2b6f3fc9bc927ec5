"""When each periodic job is next due, and how its last run went."""

from django.db import models


class PeriodicJob(models.Model):
    """One row per periodic job in main/jobs."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    took = models.DurationField(null=True)
    has_failed = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()  # only the worker writes it

    def __str__(self) -> str:
        return self.name
