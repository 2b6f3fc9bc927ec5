"""What is done again and again: when each such job is due next, and how it went the last time."""

from django.db import models


class PeriodicJob(models.Model):
    """A row per job that main/jobs declares with a period."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    took = models.DurationField(null=True)
    has_failed = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()  # it is written by the worker alone

    def __str__(self) -> str:
        return self.name
