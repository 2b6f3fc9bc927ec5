"""The Procfile's processes: started without a shell's words, checked as app.json says, ended."""

import json
import re
import shlex
import string
import subprocess
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rehearsal.services import end_with_parent
from rehearsal.work import Account, Rejected, Say

# Of Dokku, where app.json says nothing.
ATTEMPTS, WAIT, TIMEOUT = 3, 5, 5
LAST_LINES = 15
# What buildpacks leave for the start; the words after it are no shell's: a && is a word.
PROFILE = 'for file in .profile.d/*.sh; do [ -f "$file" ] && . "$file"; done; exec "$@"'


def commands(app: Path) -> dict[str, str]:
    """The Procfile's lines by name."""
    lines = re.findall(r"^([\w-]+):\s*(.+?)\s*$", (app / "Procfile").read_text(), re.M)
    return dict(lines)


def words_of(line: str, environment: dict[str, str]) -> list[str]:
    """The line as herokuish runs it: variables are filled in, and nothing else."""
    words = [string.Template(word).safe_substitute(environment) for word in shlex.split(line)]
    return ["bash", "-c", PROFILE, "start", *words]


@dataclass
class Started:
    """A process of the Procfile that runs."""

    name: str
    process: subprocess.Popen
    log: Path
    port: int

    def must_run(self, say: Say) -> None:
        """Raises Rejected, with the last that it said, when it has ended."""
        if self.process.poll() is not None:
            self.show_last(say)
            raise Rejected(f"{self.name} ended with status {self.process.returncode}")

    def show_last(self, say: Say) -> None:
        for line in self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]:
            say(f"       {self.name}: {line}")


def start(
    name: str, *, app: Path, environment: dict[str, str], account: Account, log: Path
) -> Started:
    """Runs in the thread that works for all pushes: the process ends with it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words_of(commands(app)[name], environment), cwd=app, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            preexec_fn=end_with_parent, **account.identity,  # noqa: PLW1509 - calls into C alone
        )  # fmt: skip
    return Started(name, process, log, int(environment["PORT"]))


def check(started: Started, *, app: Path, domain: str, say: Say) -> None:
    """Every startup check of app.json, straight at the process: no proxy, no TLS."""
    manifest = json.loads((app / "app.json").read_text())
    checks = manifest.get("healthchecks", {}).get(started.name, [{"type": "startup", "uptime": 10}])
    for wanted in checks:
        if wanted["type"] != "startup":
            continue
        if "path" in wanted:
            _ask(started, wanted, domain=domain, say=say)
        else:
            time.sleep(wanted.get("uptime", 10))
        started.must_run(say)
        say(f"       {started.name}: {wanted.get('name', 'check')} passed")


def _ask(started: Started, wanted: dict, *, domain: str, say: Say) -> None:
    """As many attempts as it has; the first is made at once."""
    attempts = wanted.get("attempts", ATTEMPTS)
    for attempt in range(attempts):
        if attempt:
            time.sleep(wanted.get("wait", WAIT))
        started.must_run(say)
        answer = _answer(started.port, wanted, domain)
        if answer == "200":
            return
    started.show_last(say)
    raise Rejected(
        f"{started.name} is not healthy: {wanted['path']} gave {answer} {attempts} times"
    )


def _answer(port: int, wanted: dict, domain: str) -> str:
    """The status of one attempt, in words where there is none."""
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
