"""bin/run: sets up, then becomes the server. Runs on any Python 3.11 with nothing installed."""

import os
import sys

import setting_up
from side_by_side import Step

if sys.argv[1:]:
    sys.exit("run: takes no arguments; its settings are variables, see .env.example")
development = setting_up.is_development()
if setting_up.debug_setting() is None:
    os.environ["DEBUG"] = "true"
serve = [setting_up.PYTHON, "-B", "bin/support/serve.py"]
try:
    then = [Step("making the database and the demo shop", [*serve, "prepare"])]
    setting_up.set_up(production_bundles=not development, then=then if development else [])
    if not development:
        setting_up.make_static_files()
except setting_up.SetupError as error:
    sys.exit(f"run: {error}")
except KeyboardInterrupt:
    sys.exit(130)
# Replaces this process, so that signals meant for the server reach it.
os.execv(serve[0], serve)
