"""System programs, libraries and fonts for checks: found, or installed with apt if run as root.

Runs on any Python 3.11 with nothing installed.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from setting_up import LOGS, SetupError, say

# Required programs, and the Debian packages that contain them.
SERVERS = {"initdb": "postgresql", "redis-server": "redis-server"}
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}
# For a host to deploy to (bin/rehearse).
HOST = {"nginx": "nginx", "openssl": "openssl", "curl": "curl"}
OTHER_NAMES = {"chromium": ["chromium-browser", "google-chrome", "google-chrome-stable"]}
# What WeasyPrint needs of a Linux system: libraries, and fonts for titles in all scripts.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONTS = {"NotoSans-*": "fonts-noto-core", "NotoSansCJK-*": "fonts-noto-cjk"}


def find_programs(programs: Mapping[str, str]) -> None:
    """Find or install these and what prints invoices. Raises SetupError if that is impossible."""
    missing = [package for program, package in programs.items() if not _has(program)]
    if sys.platform == "linux":
        missing += [package for library, package in LIBRARIES.items() if not _loads(library)]
        missing += [package for font, package in FONTS.items() if not _has_font(font)]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"missing; install them first: apt-get install {names}")
    say(f"installing {names}")
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "apt.log"
    with log.open("w") as output:
        failed = any(_run(command, output) for command in (["apt-get", "update"], install))
    if failed:
        raise SetupError(f"{log.read_text()}\ncould not be installed: apt-get install {names}")


def _run(command: list[str], output) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    outputs = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
    return subprocess.run(command, env=environment, **outputs, check=False).returncode


def _has(program: str) -> bool:
    if program == "initdb" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return True  # Debian keeps PostgreSQL's server programs off the PATH
    # nginx is where only root's PATH leads.
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    return any(shutil.which(name, path=path) for name in [program, *OTHER_NAMES.get(program, [])])


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font(pattern: str) -> bool:
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    return any(next(folder.rglob(pattern), None) for folder in folders)
