"""What the Python buildpack does with a commit: packages from the lock, and the hooks."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rehearsal.manifest import python_version
from rehearsal.work import Account, Rejected, Say, registry_environment, step

PIPENV = "pipenv==2026.10.3"
OTHER_LOCKS = ("requirements.txt", "poetry.lock", "uv.lock")


def build(
    app: Path, *, caches: Path, environment: dict[str, str], account: Account, say: Say
) -> None:
    """Leaves .profile.d, with which processes find this Python, as the buildpack does."""
    _refuse_other_locks(app)
    interpreter = _interpreter(app, caches, account)
    environment = environment | {"LD_LIBRARY_PATH": str(_libraries(interpreter))}
    _hook(app, "bin/pre_compile", environment, account, say)
    with step("Python packages", say):
        packages = Packages(app, caches=caches, environment=environment, account=account, say=say)
        python = packages.install(interpreter)
    _leave_profile(app, python, interpreter)
    path = f"{python}/bin:{environment['PATH']}"
    environment = environment | {"PATH": path, "PYTHONUNBUFFERED": "1"}
    if environment.get("DISABLE_COLLECTSTATIC") in (None, "", "0"):
        with step("Collecting static files", say):
            command = ["python", "manage.py", "collectstatic", "--noinput"]
            if account.run(command, cwd=app, environment=environment, say=say):
                raise Rejected("collectstatic failed (config:set DISABLE_COLLECTSTATIC=1)")
    _hook(app, "bin/post_compile", environment, account, say)


def _leave_profile(app: Path, python: Path, interpreter: str) -> None:
    """Without PYTHONHOME: the buildpack's packages are in its Python, ours in an environment."""
    folder = app / ".profile.d"
    folder.mkdir(exist_ok=True)
    (folder / "python.sh").write_text(
        f'export PATH="{python}/bin:$PATH"\n'
        f'export LD_LIBRARY_PATH="{_libraries(interpreter)}"\n'
        "export PYTHONUNBUFFERED=true\n"
        'export PYTHONPATH="${PYTHONPATH:-$HOME}"\n'
    )
    # As in a container with limited memory; otherwise nothing is set. It replaces Node's file of
    # the same name.
    (folder / "WEB_CONCURRENCY.sh").write_text(
        'export WEB_CONCURRENCY="${WEB_CONCURRENCY:-$((2 * $(nproc) + 1))}"\n'
    )


def interpreters(version: str, caches: Path) -> Iterator[str]:
    """Where a Python of this version may be: ours, a copy of it, on the PATH, or the system's."""
    if "{}.{}".format(*sys.version_info) == version:
        ours = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
        yield str(ours)
        # Ours may be in a home that others cannot read: it is copied, as the buildpack unpacks its
        # own, and finds its library by LD_LIBRARY_PATH, as there. The system's may be an older
        # release with bugs.
        yield str(
            _copy(Path(sys.base_prefix), caches / "python-{}.{}.{}".format(*sys.version_info))
        )
    name = f"python{version}"
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]:
        if found := shutil.which(name, path=folder):
            yield found


def _copy(prefix: Path, folder: Path) -> Path:
    """The program and its standard library, without installed packages."""
    name = "python{}.{}".format(*sys.version_info)
    program = folder / "bin" / name
    if not program.exists():
        left_out = shutil.ignore_patterns("site-packages", "test", "idlelib", "__pycache__", "*.a")
        shutil.copytree(prefix / "lib" / name, folder / "lib" / name, ignore=left_out)
        for library in (prefix / "lib").glob("libpython*.so*"):
            shutil.copy2(library, folder / "lib")
        program.parent.mkdir()
        shutil.copy2(prefix / "bin" / name, program)
    return program


def forget_old(caches: Path) -> None:
    """Remove environments of old locks; the newest two stay."""
    made = sorted(caches.glob("python-" + "[0-9a-f]" * 16), key=lambda path: path.stat().st_mtime)
    for folder in made[:-2]:
        shutil.rmtree(folder)


def runs(interpreter: str, version: str) -> list[str]:
    """A command that fails unless this is a Python of that version that can make environments."""
    check = "import ensurepip, ssl, sys; sys.exit('%d.%d' % sys.version_info[:2] != sys.argv[1])"
    return ["env", f"LD_LIBRARY_PATH={_libraries(interpreter)}", interpreter, "-c", check, version]


def _libraries(interpreter: str) -> Path:
    return Path(interpreter).parents[1] / "lib"


def _refuse_other_locks(app: Path) -> None:
    if not (app / "Pipfile.lock").is_file():
        raise Rejected("there is no Pipfile.lock")
    if other := [name for name in OTHER_LOCKS if (app / name).exists()]:
        raise Rejected(f"two package managers: {other[0]} beside Pipfile.lock")


def _interpreter(app: Path, caches: Path, account: Account) -> str:
    version = python_version(app)
    for interpreter in interpreters(version, caches):
        if account.can_run(runs(interpreter, version)):
            return interpreter
    raise Rejected(f"Python {version} of .python-version is not to be had here")


def _hook(app: Path, name: str, environment: dict, account: Account, say: Say) -> None:
    if (app / name).is_file():
        with step(name, say):
            (app / name).chmod(0o755)
            if account.run([f"./{name}"], cwd=app, environment=environment, say=say):
                raise Rejected(f"{name} failed")


class Packages:
    """The environment of a lock: pipenv verifies the lock first, then installs what is missing."""

    def __init__(
        self, app: Path, *, caches: Path, environment: dict, account: Account, say: Say
    ) -> None:
        self._app, self._caches, self._account, self._say = app, caches, account, say
        self._environment = environment | registry_environment()
        self._environment["PIP_CACHE_DIR"] = str(account.take(caches / "pip"))
        self._environment["PIPENV_VERBOSITY"] = "-1"

    def install(self, interpreter: str) -> Path:
        """The folder of the environment, whose bin/ goes first on the path."""
        pipenv = self._pipenv(interpreter)
        self._run(pipenv, "verify", because="Pipfile.lock is out of date: run pipenv lock")
        folder = self._caches / f"python-{_hash(self._app / 'Pipfile.lock', interpreter)}"
        if not (folder / ".complete").exists():
            self._make(folder, interpreter)
            path = f"{folder}/bin:{self._environment['PATH']}"
            self._run(
                pipenv, "install", "--deploy", because="pipenv install --deploy failed",
                PATH=path, VIRTUAL_ENV=str(folder), PIPENV_NOSPIN="1",
            )  # fmt: skip
            (folder / ".complete").touch()
        return folder

    def _pipenv(self, interpreter: str) -> Path:
        folder = self._caches / PIPENV.replace("==", "-")
        program = folder / "bin" / "pipenv"
        if not program.exists():
            self._make(folder, interpreter)
            pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-qq"]
            self._run(*pip, "install", PIPENV, because=f"{PIPENV} could not be installed")
        return program

    def _make(self, folder: Path, interpreter: str) -> None:
        self._account.take(folder)
        because = "no Python environment could be made"
        self._run(interpreter, "-m", "venv", "--clear", folder, because=because)

    def _run(self, *command: object, because: str, **extra: str) -> None:
        environment = self._environment | extra
        command = list(command)
        if self._account.run(command, cwd=self._app, environment=environment, say=self._say):
            raise Rejected(because)


def _hash(lock: Path, interpreter: str) -> str:
    return hashlib.sha256(lock.read_bytes() + interpreter.encode()).hexdigest()[:16]
