"""bin/audit: runs pip-audit and npm audit on all locked packages and evaluates the results."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

import setting_up
from setting_up import ROOT, SetupError, say
from supply.exceptions import BadExceptions, judge, read
from supply.findings import Finding, of_npm_audit, of_pip_audit

REQUIREMENTS = ROOT / ".cache" / "audit-requirements.txt"
EXCEPTIONS = ROOT / "bin" / "audit-exceptions.toml"
CLEAN, FOUND, MALFORMED, UNREACHABLE = range(4)
SECONDS = 600
# (name, command, how its answer is read). It queries OSV, once per version: the package index that
# this machine installs from may be a mirror without advisories.
PIP_AUDIT = [
    setting_up.PYTHON, "-m", "pip_audit", "--format", "json", "--vulnerability-service", "osv",
    "--requirement", REQUIREMENTS, "--require-hashes",
    "--disable-pip", "--progress-spinner", "off",
]  # fmt: skip
NPM_AUDIT = ["npm", "audit", "--json", "--package-lock-only"]
Reader = Callable[[dict], list[Finding]]
TOOLS: list[tuple[str, list, Reader]] = [
    ("pip-audit", PIP_AUDIT, of_pip_audit),
    ("npm audit", NPM_AUDIT, of_npm_audit),
]


class Unreachable(Exception):
    """A tool has no answer; `str(error)` is its last line of output."""


def main() -> int:
    if sys.argv[1:]:
        sys.exit("usage: bin/audit")
    today = datetime.now(UTC).date()
    try:
        allowed = read(EXCEPTIONS.read_text(), today=today)
    except (OSError, BadExceptions) as error:
        print(f"audit: {EXCEPTIONS.relative_to(ROOT)}: {error}", file=sys.stderr)
        return MALFORMED
    setting_up.set_up_python()
    REQUIREMENTS.write_text(setting_up.locked_requirements())
    findings, silent = _ask_all()
    return _report(findings, silent, allowed, today)


def _ask_all() -> tuple[list[Finding], list[str]]:
    findings, silent = [], []
    for name, command, reader in TOOLS:
        try:
            findings += reader(answer_of(command))
        except Unreachable as error:
            silent.append(f"{name} could not ask its advisory service: {error}")
    return findings, silent


def answer_of(command: list) -> dict:
    """What a tool printed. Both exit with 1, whether they found something or failed."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise Unreachable(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no answer within {SECONDS} s") from None
    return parsed(done.stdout, done.stderr)


def parsed(output: str, complaints: str) -> dict:
    try:
        answer = json.loads(output)
    except ValueError:
        lines = [line.strip() for line in complaints.splitlines() if line.strip()]
        raise Unreachable(lines[-1][:300] if lines else "it said nothing") from None
    if "dependencies" not in answer and "vulnerabilities" not in answer:
        raise Unreachable(str(answer.get("message") or answer.get("error") or "no report")[:300])
    return answer


def _report(findings: list[Finding], silent: list[str], allowed: list, today: date) -> int:
    verdict = judge(findings, allowed, today=today)
    for line in verdict.accepted:
        say(f"accepted: {line}")
    # A service that did not answer cannot show that an exception is no longer needed.
    for line in [] if silent else verdict.idle:
        say(f"note: {line}: take it out")
    for line in verdict.problems + silent:
        print(f"audit: {line}", file=sys.stderr)
    if verdict.problems:
        say(f"{len(verdict.problems)} to mend, or to except with a reason")
        return FOUND
    if silent:
        return UNREACHABLE
    say("nothing is known against any locked package")
    return CLEAN


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"audit: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
