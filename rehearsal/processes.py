"""The Procfile's processes: started without shell syntax, checked by app.json, and ended."""

import shlex
import string
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rehearsal.services import end_with_parent
from rehearsal.work import Account, Rejected, Say, end

# Dokku's defaults, if app.json says nothing.
ATTEMPTS, WAIT, TIMEOUT = 3, 5, 5
LAST_LINES = 15
# Sources what buildpacks leave for the start; the command has no shell syntax: && is a word.
PROFILE = 'for file in .profile.d/*.sh; do [ -f "$file" ] && . "$file"; done; exec "$@"'


def words_of(line: str, environment: dict[str, str]) -> list[str]:
    """The line as herokuish runs it: only variables are expanded."""
    words = [string.Template(word).safe_substitute(environment) for word in shlex.split(line)]
    return ["bash", "-c", PROFILE, "start", *words]


@dataclass
class Started:
    """A process of the Procfile."""

    name: str
    process: subprocess.Popen
    app: Path
    log: Path
    port: int  # for health checks

    @property
    def is_running(self) -> bool:
        """False as soon as it has ended, even if nobody has checked yet."""
        return self.process.poll() is None

    def must_run(self, say: Say) -> None:
        """If it has ended, show its last output and raise Rejected."""
        if not self.is_running:
            self.show_last(say)
            raise Rejected(f"{self.name} ended with status {self.process.returncode}")

    def show_last(self, say: Say) -> None:
        for line in self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]:
            say(f"       {self.name}: {line}")

    def end(self, patience: float = 10) -> bool:
        """Send SIGTERM once; return whether it ended by itself within so many seconds."""
        return end(self.process, patience=patience)


def start(
    name: str,
    line: str,
    *,
    app: Path,
    port: int,
    environment: dict[str, str],
    account: Account,
    log: Path,
) -> Started:
    """Runs in the thread that handles all pushes: the process ends with it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words_of(line, environment), cwd=app, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            preexec_fn=end_with_parent, **account.identity,  # noqa: PLW1509 - calls into C alone
        )  # fmt: skip
    return Started(name, process, app, log, port)


class Checks:
    """app.json's checks, sent directly to the process: no proxy, no TLS."""

    def __init__(self, domain: str, pause: Callable[[float], None], say: Say) -> None:
        self._domain, self._pause, self._say = domain, pause, say

    def of(self, started: Started, checks: list[dict]) -> None:
        """Raises Rejected for the first check that does not pass."""
        for wanted in checks:
            if "path" in wanted:
                self._ask(started, wanted)
            else:
                self._pause(wanted["uptime"])
            started.must_run(self._say)
            self._say(f"       {started.name}: {wanted.get('name', 'check')} passed")

    def _ask(self, started: Started, wanted: dict) -> None:
        """Make as many attempts as the check allows; the first one at once."""
        attempts = wanted.get("attempts", ATTEMPTS)
        for attempt in range(attempts):
            if attempt:
                self._pause(wanted.get("wait", WAIT))
            started.must_run(self._say)
            answer = _answer(started.port, wanted, self._domain)
            if answer == "200":
                return
        started.show_last(self._say)
        raise Rejected(
            f"{started.name} is not healthy: {wanted['path']} gave {answer} {attempts} times"
        )


def _answer(port: int, wanted: dict, domain: str) -> str:
    """The status of one attempt, or words if there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=wanted.get("timeout", TIMEOUT))
    try:
        connection.request("GET", wanted["path"], headers={"Host": domain})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    if response.status == 200 and wanted.get("content", "") not in body:
        return f"a page without {wanted['content']!r}"
    return str(response.status)
