"""Our own system checks, which Django runs before it serves."""

from main.checks import fonts, hosts, names, processes  # noqa: F401, they register theirs
