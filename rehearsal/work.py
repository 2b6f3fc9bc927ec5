"""Commands on the host: who runs them, and how what they print is passed on as they go."""

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
SECONDS_TO_STOP = 2  # for a build that is not wanted any more: npm works on when it is told to end
NOBODY = 32767  # a user id that has no account, as builds on a real host have
# How this machine reaches its package registries: the steps that install packages may see it.
REGISTRY_PREFIXES = ("PIP_", "NPM_CONFIG_", "NODE_EXTRA_CA", "SSL_CERT_", "REQUESTS_CA", "CURL_CA")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
REGISTRY_FILES = (".npmrc", ".config/pip/pip.conf", ".pip/pip.conf")


class Rejected(Exception):
    """The push is refused; `str(error)` says why, in one line."""


class Account:
    """The unprivileged user of builds and releases; oneself, where one is no administrator."""

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
        """Where nothing that is needed lies within the unprivileged user's reach."""
        print("rehearse: Node or Python are out of an unprivileged user's reach: building as root")
        self.identity = {}

    def take(self, folder: Path) -> Path:
        """Make the folder, which is there or not, the account's own."""
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
        """Run to its end, saying each line of its output; its exit status."""
        process = subprocess.Popen(
            [str(word) for word in command],
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
        """Raises Rejected when the host ends meanwhile."""
        if self._is_over.wait(seconds):
            raise Rejected("the host has ended")

    def end_all(self) -> None:
        """What a push that was interrupted has left; what it still starts ends at once."""
        self._is_over.set()
        for process in list(self._running):
            _end_session(process)


def remove(folder: Path) -> None:
    """With all of Node's packages in it: by far sooner than Python does it."""
    subprocess.run(["rm", "-rf", folder], check=False)


def end(process: subprocess.Popen, *, patience: float = 10) -> bool:
    """SIGTERM, once, and SIGKILL to the whole session after some seconds.

    Whether it ended by itself.
    """
    process.terminate()
    return _has_ended(process, patience)


def _end_session(process: subprocess.Popen) -> None:
    """A command of a build, with all that it has started: bash alone would leave those behind."""
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
    """Says what is done and how long it took, as bin/post_compile does."""
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
