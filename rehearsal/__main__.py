"""bin/rehearse: sets up, then rehearses. The first half needs only Python 3.11."""

import os
import signal
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "bin" / "support"))
import programs
import setting_up

IS_SET_UP = "--is-set-up"  # passed by the first half to the second
sys.argv[0] = "rehearse"  # its name in messages

if IS_SET_UP in sys.argv:
    sys.argv.remove(IS_SET_UP)
    try:
        from rehearsal.main import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
try:
    setting_up.set_up_python()
    programs.find_programs(programs.SERVERS | programs.HOST)
except setting_up.SetupError as error:
    sys.exit(f"rehearse: {error}")
except KeyboardInterrupt:
    sys.exit(130)
python = str(setting_up.PYTHON)
os.execv(python, [python, "-B", "-m", "rehearsal", IS_SET_UP, *sys.argv[1:]])
