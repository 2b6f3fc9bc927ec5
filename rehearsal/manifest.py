"""A commit's own files about its deployment, read first: a mistake is one line, and early."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from rehearsal.work import Rejected

UPTIME = {"type": "startup", "uptime": 10}  # Dokku's own check, if app.json has none
KINDS = {"path", "uptime"}  # the kinds of Dokku's checks that are rehearsed


@dataclass(frozen=True)
class Manifest:
    """The Procfile's lines and app.json's startup checks by process, and the buildpacks' names."""

    commands: dict[str, str]
    checks: dict[str, list[dict]]
    buildpacks: list[str]


def read(app: Path) -> Manifest:
    python_version(app)
    commands = _commands(app)
    checks = _checks(app)
    return Manifest(
        commands=commands,
        checks={name: checks.get(name) or [UPTIME] for name in commands},
        buildpacks=_buildpacks(app),
    )


def python_version(app: Path) -> str:
    lines = [line.strip() for line in _text(app, ".python-version").splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    if len(said) != 1 or not re.fullmatch(r"\d+\.\d+(\.\d+)?", said[0]):
        raise Rejected(f".python-version does not name one Python: {' '.join(said)!r}")
    return said[0]


def _commands(app: Path) -> dict[str, str]:
    text = _text(app, "Procfile")
    if "\r" in text:
        raise Rejected("the Procfile has the line ends of Windows (CRLF)")
    found = dict(re.findall(r"^([\w-]+):[ \t]*(.*?\S)[ \t]*$", text, re.M))
    if "web" not in found:
        raise Rejected("the Procfile has no web")
    for name, line in found.items():
        try:
            shlex.split(line)
        except ValueError as error:
            raise Rejected(f"the Procfile's {name} cannot be read: {error}") from None
    return found


def _checks(app: Path) -> dict[str, list[dict]]:
    """A commit may have no app.json."""
    if not (app / "app.json").exists():
        return {}
    try:
        given = json.loads(_text(app, "app.json")).get("healthchecks", {})
        found = {
            name: [check for check in checks if check["type"] == "startup"]
            for name, checks in given.items()
        }
    except ValueError as error:
        raise Rejected(f"app.json is no JSON: {error}") from None
    except (AttributeError, KeyError, TypeError):
        raise Rejected("app.json: each process has a list of healthchecks with a type") from None
    if odd := [check for checks in found.values() for check in checks if not KINDS & check.keys()]:
        raise Rejected(f"app.json: only path and uptime can be rehearsed, not {odd[0]}")
    return found


def _buildpacks(app: Path) -> list[str]:
    if not (app / ".buildpacks").exists():
        raise Rejected("there is no .buildpacks: only one of the two would be detected")
    lines = _text(app, ".buildpacks").split()
    return [re.sub(r"^.*/|(\.git)?(#.*)?$", "", line) for line in lines]


def _text(app: Path, name: str) -> str:
    """The text as it is, including line ends."""
    try:
        return (app / name).read_bytes().decode()
    except OSError:
        raise Rejected(f"there is no {name}") from None
    except UnicodeDecodeError:
        raise Rejected(f"{name} is not in UTF-8") from None
