"""Commands on the host: the account that runs them, and their output, passed on as it appears."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Say = Callable[[str], None]
SECONDS_TO_STOP = 2  # for an interrupted build: npm keeps working when told to end
NOBODY = 32767  # a user id without an account, as for builds on a real host
# A ninth of the CPU if others want it too, as docs/deployment.md has Dokku's builds yield to the
# shop (--cpu-shares 112). Kernels that group sessions look at a session's own figure.
YIELDING = '{ echo 10 >/proc/self/autogroup; } 2>/dev/null; exec nice -n 10 "$@"'
# Variables for this machine's package registries: the steps that install packages may see them.
REGISTRY_PREFIXES = ("PIP_", "NPM_CONFIG_", "NODE_EXTRA_CA", "SSL_CERT_", "REQUESTS_CA", "CURL_CA")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
REGISTRY_FILES = (".npmrc", ".config/pip/pip.conf", ".pip/pip.conf")


class Rejected(Exception):
    """The push is refused; `str(error)` says why, in one line."""


class Account:
    """The unprivileged user of builds and releases; ourselves if we are not root."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.identity: dict = {}
        if os.geteuid() == 0:
            self.identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._running: set[subprocess.Popen] = set()
        self._is_over = threading.Event()
        home.mkdir(mode=0o700)
        _copy_registry_files(home)
        self.take(home)

    def be_oneself(self) -> None:
        """Build as root: the unprivileged user cannot reach what builds need."""
        print("rehearse: Node or Python are out of an unprivileged user's reach: building as root")
        self.identity = {}

    def take(self, folder: Path) -> Path:
        """Give the folder to the account, creating it if necessary."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.identity:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        return folder

    def can_run(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command, cwd="/", check=False, capture_output=True, **self.identity
            )
        except OSError:
            return False
        return not done.returncode

    def run(self, command: list, *, cwd: Path, environment: dict[str, str], say: Say) -> int:
        """Run a build's or release's command, behind what serves; return its exit status.

        Each line of its output is passed on.
        """
        process = subprocess.Popen(
            ["sh", "-c", YIELDING, "build", *map(str, command)],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            **self.identity,
        )
        self._running.add(process)
        try:
            if self._is_over.is_set():
                _end_session(process)
            for line in process.stdout or []:
                say(line.rstrip())
            return process.wait()
        finally:
            _end_session(process)
            self._running.discard(process)

    def pause(self, seconds: float) -> None:
        """Raises Rejected if the host ends meanwhile."""
        if self._is_over.wait(seconds):
            raise Rejected("the host has ended")

    def end_all(self) -> None:
        """End what an interrupted push has left; what it still starts ends at once."""
        self._is_over.set()
        for process in list(self._running):
            _end_session(process)


def remove(folder: Path) -> None:
    """Remove a folder, such as one full of Node packages: much faster than Python's function."""
    subprocess.run(["rm", "-rf", folder], check=False)


def end(process: subprocess.Popen, *, patience: float = 10) -> bool:
    """Send SIGTERM once, and SIGKILL to the whole session after some seconds.

    Returns whether it ended by itself.
    """
    process.terminate()
    return _has_ended(process, patience)


def _end_session(process: subprocess.Popen) -> None:
    """End a build command with all that it has started, which bash would leave behind."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        _has_ended(process, SECONDS_TO_STOP)


def _has_ended(process: subprocess.Popen, patience: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=patience)
        return True
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return False


@contextmanager
def step(name: str, say: Say) -> Iterator[None]:
    """Prints what is being done and how long it took, as bin/post_compile does."""
    began = time.monotonic()
    say(f"-----> {name}")
    yield
    say(f"       {name} took {time.monotonic() - began:.1f} s")


def registry_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper().startswith(REGISTRY_PREFIXES) or name.upper() in PROXIES
    }


def _copy_registry_files(home: Path) -> None:
    for name in REGISTRY_FILES:
        if (Path.home() / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path.home() / name, home / name)
