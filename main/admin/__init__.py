"""The owners' admin; those of the office and of dispatch are to stand beside it."""

from main.admin import owner  # noqa: F401
