"""What bin/run and bin/test set up first: packages and bundles, only if they have changed.

Runs on any Python 3.11 with nothing installed. Each part stores a stamp, the hash of its inputs,
in the folder that it creates, so that a missing folder also means a missing stamp.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from side_by_side import ROOT, Job, SetupError, Step, run_side_by_side, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOGS = ROOT / ".cache" / "logs"
NODE_VERSION = 20
BUNDLE_SOURCES = ["frontend", "webpack.config.js", "webpack.prod.config.js", "babel.config.js"]


def debug_setting() -> str | None:
    """DEBUG from the environment, or else from .env, as the settings will see it."""
    if "DEBUG" in os.environ or not (ROOT / ".env").is_file():
        return os.environ.get("DEBUG")
    found = re.findall(r"^(?:export )?DEBUG=['\"]?(\w*)", (ROOT / ".env").read_text(), re.M)
    return found[-1] if found else None


def is_development() -> bool:
    """Our commands are for development unless told otherwise."""
    return str(debug_setting()).strip().lower() not in {"false", "off", "n", "no", "0", ""}


def set_up(*, production_bundles: bool, then: list[Step] | None = None) -> None:
    """Set up Python packages in parallel with npm packages and bundles; one set-up at a time.

    `then` are steps to run right after the Python packages, while the bundles are built.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with _lock():
        npm, bundles = _npm_packages(), _bundles(production=production_bundles)
        python = _python_packages()
        python += (then or []) if python else []
        run_side_by_side([Job(LOGS / "pip.log", python), Job(LOGS / "npm.log", npm + bundles)])
        _stamp_path(VENV).write_text(_python_stamp())
        _stamp_path(ROOT / "node_modules").write_text(_npm_stamp())
        if bundles:
            _stamp_path(ROOT / "bundles").write_text(_bundle_stamp(production_bundles))


def set_up_python() -> None:
    """Only the Python packages, for a tool that shows no pages."""
    with _lock():
        if steps := _python_packages():
            run_side_by_side([Job(LOGS / "pip.log", steps)])
            _stamp_path(VENV).write_text(_python_stamp())


def set_up_npm(folder: Path) -> None:
    """The npm packages of another folder, for a tool that the site does not need."""
    with _lock():
        stamp = _hash([folder / "package.json", folder / "package-lock.json"], _node_version())
        if not _is_fresh(folder / "node_modules", stamp):
            doing = f"installing the npm packages of {folder.name}"
            step = Step(doing, ["npm", "ci", "--prefix", str(folder)])
            run_side_by_side([Job(LOGS / "npm.log", [step])])
            _stamp_path(folder / "node_modules").write_text(stamp)


def make_static_files() -> None:
    """Collect, hash and compress the static files if DEBUG is off."""
    folder = ROOT / "staticfiles"
    made_from = ["bundles", "main/static", "booktime/apps.py", "Pipfile.lock"]
    stamp = _hash([ROOT / name for name in made_from])
    if _is_fresh(folder, stamp):
        return
    command = [PYTHON, "manage.py", "collectstatic", "--noinput", "--clear"]
    step = Step("collecting the static files", command)
    run_side_by_side([Job(LOGS / "collectstatic.log", [step])])
    # As in bin/post_compile: collecting needs source maps, but they are not served.
    for source_map in folder.rglob("*.map*"):
        source_map.unlink()
    _stamp_path(folder).write_text(stamp)


@contextmanager
def _lock():
    LOGS.mkdir(parents=True, exist_ok=True)
    with (ROOT / ".cache" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another bin/run or bin/test to finish its set-up")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- Python -------------------------------------------------------------------------------


def _python_packages() -> list[Step]:
    # The real path: an environment cannot be recreated by its own interpreter.
    base = os.environ.get("PYTHON") or os.path.realpath(sys.executable)
    runs = PYTHON.exists() and _version(PYTHON) == _version(base)
    if runs and _is_fresh(VENV, _python_stamp()):
        return []
    runs = runs and _has_pip()
    requirements = ROOT / ".cache" / "requirements.txt"
    requirements.write_text(locked_requirements())
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    install = [*pip, "install", "--no-deps", "--require-hashes", "-r", requirements]
    environment = [base, "-m", "venv", "--clear", VENV]
    return [
        *([] if runs else [Step("making the Python environment .venv", environment)]),
        Step("installing the Python packages", install),
        Step("removing Python packages of before", [PYTHON, __file__, "remove-unlocked"]),
    ]


def locked_requirements() -> str:
    """Pipfile.lock in pip's format: every package with its version and hashes."""
    lock = json.loads((ROOT / "Pipfile.lock").read_text())
    lines = []
    for name, package in sorted((lock["develop"] | lock["default"]).items()):
        marker = f" ; {package['markers']}" if package.get("markers") else ""
        hashes = "".join(f" --hash={value}" for value in package["hashes"])
        lines.append(f"{name}{package['version']}{marker}{hashes}\n")
    return "".join(lines)


def remove_unlocked() -> None:
    """Uninstall what an earlier lock had but this one has not. Runs in the environment itself."""
    from importlib.metadata import distributions

    lock = json.loads((ROOT / "Pipfile.lock").read_text())
    locked = {*map(_plain, [*lock["default"], *lock["develop"]]), "pip", "setuptools"}
    present = {_plain(found.name) for found in distributions()}
    if extra := sorted(present - locked):
        subprocess.run([PYTHON, "-m", "pip", "uninstall", "--yes", *extra], check=True)


def _plain(name: str) -> str:
    """boolean.py, Boolean_py and boolean-py are the same package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _has_pip() -> bool:
    """An interrupted `venv` leaves an environment without pip."""
    command = [PYTHON, "-m", "pip", "--version"]
    return not subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, check=False
    ).returncode


def _version(python) -> str:
    command = [python, "-c", "import sys; print(sys.version)"]
    found = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return found.stdout.strip()


def _python_stamp() -> str:
    return _hash([ROOT / "Pipfile.lock"], _version(PYTHON))


# --- Node ---------------------------------------------------------------------------------


def _npm_packages() -> list[Step]:
    if _is_fresh(ROOT / "node_modules", _npm_stamp()):
        return []
    return [Step("installing the npm packages", ["npm", "ci", "--no-audit", "--no-fund"])]


def _npm_stamp() -> str:
    return _hash([ROOT / "package.json", ROOT / "package-lock.json"], _node_version())


def _node_version() -> str:
    if not (shutil.which("node") and shutil.which("npm")):
        raise SetupError(f"Node {NODE_VERSION} or newer, with npm, is needed and was not found")
    command = ["node", "--version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if int(re.sub(r"^v(\d+).*", r"\1", version) or 0) < NODE_VERSION:
        raise SetupError(f"Node {NODE_VERSION} or newer is needed (found {version})")
    return version


def _bundles(*, production: bool) -> list[Step]:
    """Development can use production's bundles, but not the other way round."""
    good = [_bundle_stamp(True)] if production else [_bundle_stamp(True), _bundle_stamp(False)]
    has_stats = (ROOT / "webpack-stats.json").exists()
    if has_stats and any(_is_fresh(ROOT / "bundles", stamp) for stamp in good):
        return []
    command = ["npm", "run", "build-prod" if production else "build"]
    return [Step("building the bundles", command)]


def _bundle_stamp(production: bool) -> str:
    source = _hash([ROOT / name for name in BUNDLE_SOURCES], _npm_stamp())
    return f"{'production' if production else 'development'} {source}"


# --- Shared -------------------------------------------------------------------------------


def _stamp_path(folder: Path) -> Path:
    return folder / ".booktime-stamp"


def _is_fresh(folder: Path, stamp: str) -> bool:
    path = _stamp_path(folder)
    return path.exists() and path.read_text() == stamp


def _hash(paths: list[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not file.name.startswith("."):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__" and sys.argv[1:] == ["remove-unlocked"]:
    remove_unlocked()
