"""What Django checks of ours before it serves, beside its own."""

from main.checks import names, processes  # noqa: F401, they register theirs
