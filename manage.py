#!/usr/bin/env python
"""The command line of the project."""

import os
import sys

HELP = {"help", "--help", "-h"}


def main() -> None:
    if not sys.argv[1:] or HELP.intersection(sys.argv[1:3]):
        # Nothing runs, and without settings only Django's own commands would be listed.
        os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booktime.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import Error

    from booktime.sight import outages

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the operator's to mend: one line, not a traceback.
        sys.exit(f"booktime: {error}")
    except Error as error:
        if settings.DEBUG or not outages.is_database_away(error):
            raise
        sys.exit(f"booktime: The database failed: {outages.in_one_line(error)}")


if __name__ == "__main__":
    main()
