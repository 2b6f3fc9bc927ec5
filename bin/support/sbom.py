"""bin/sbom: sets up the Python packages, then lets their own interpreter write the documents."""

import os
import sys

import setting_up

if any(word.startswith("-") for word in sys.argv[1:]) or len(sys.argv) > 2:
    sys.exit("usage: bin/sbom [FOLDER]")
try:
    setting_up.set_up_python()
except setting_up.SetupError as error:
    sys.exit(f"sbom: {error}")
except KeyboardInterrupt:
    sys.exit(130)
command = [str(setting_up.PYTHON), "-B", "bin/support/write_sbom.py", *sys.argv[1:]]
os.execv(command[0], command)
