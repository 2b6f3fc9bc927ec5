"""The host, in place of Dokku, for the duration of a rehearsal."""

import fnmatch
import os
import re
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from rehearsal import config, processes, python
from rehearsal.deploy import Deployer
from rehearsal.facts import Bucket, Push, Release, Retirement
from rehearsal.manifest import python_version
from rehearsal.processes import Started
from rehearsal.proxy import Proxy
from rehearsal.repository import Clone, Repository
from rehearsal.services import Services
from rehearsal.work import Account, Rejected, Say, remove

NOTHING = "0" * 40  # git's id of no commit
BRANCH = "refs/heads/master"


class Host:
    """PostgreSQL, Redis, S3, nginx, a repository to push to, and the serving release.

    with Host(checkout) as host:
        push = host.push(host.commit("First"))
        httpx.get(host.url, verify=str(host.ca))

    Enter it in the main thread. Any thread may push; only one push is handled at a time, and a
    second one is refused meanwhile, as on a real host.
    """

    domain = "shop.test"  # resolves to nothing: connect to 127.0.0.1 and say this name (SNI, Host)

    def __init__(
        self, checkout: Path, *, buildpacks: Path | None = None, keep: bool = False
    ) -> None:
        self.checkout = checkout
        self.folder = Path(tempfile.mkdtemp(prefix="booktime-host-"))  # everything is in here
        self.folder.chmod(0o755)
        self._keep, self._buildpacks = keep, buildpacks
        self._busy = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="pushes")

    def __enter__(self) -> "Host":
        self._ends = []
        try:
            self._set_up()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    # --- What it reports ------------------------------------------------------------------

    @property
    def url(self) -> str:
        """https://shop.test:PORT, without a slash at the end."""
        return f"https://{self.domain}:{self.port}"

    @property
    def port(self) -> int:
        """nginx with TLS, on 127.0.0.1."""
        return self._proxy.port

    @property
    def plain_port(self) -> int:
        """nginx without TLS, which redirects."""
        return self._proxy.plain_port

    @property
    def ca(self) -> Path:
        """The certificate to trust, PEM."""
        return self._proxy.certificate

    @property
    def config(self) -> dict[str, str]:
        """The application's settings, as in `dokku config`; a change takes effect with the next
        push."""
        return self._deployer.config

    @property
    def database_url(self) -> str:
        return self._services.database_url

    @property
    def redis_url(self) -> str:
        return self._services.redis_url

    @property
    def s3(self) -> Bucket:
        return self._services.s3

    @property
    def current(self) -> Release | None:
        """The release that serves."""
        return self._deployer.current

    @property
    def running(self) -> dict[str, Started]:
        """Web and worker."""
        return self._deployer.running

    @property
    def retired(self) -> list[Retirement]:
        """How the processes that the last push replaced have ended."""
        return self._deployer.retired

    @property
    def releases(self) -> list[Path]:
        """The folders of releases that still exist."""
        return [path for path in self._deployer.folder.iterdir() if (path / "app").exists()]

    # --- What can be done with it ---------------------------------------------------------

    def commit(self, message: str, files: dict[str, str | None] | None = None) -> str:
        """A commit on top of master, its id. `files` are texts by path; None deletes a path.

        None also deletes a folder. Only an accepted push moves master: the next commit is based on
        the release that serves.
        """
        return self._clone.commit(message, files or {})

    def text(self, path: str) -> str:
        """The text of a file on master."""
        return self._clone.text(path)

    def files(self, pattern: str) -> list[str]:
        """The paths on master that match; * stands for anything, even slashes."""
        return fnmatch.filter(self._clone.files(), pattern)

    def push(self, commit: str, *, branch: str = "master") -> Push:
        """`git push dokku <commit>:<branch>` and its result. Without a commit: a deletion."""
        began = time.monotonic()
        accepted, output = self._clone.push(f"{commit}:refs/heads/{branch}")
        if accepted and commit and branch == "master":
            self._clone.master = commit
        found = re.findall(r"^ +(.+) took ([\d.]+) s$", output, re.M)
        steps = [(name, float(seconds)) for name, seconds in found]
        return Push(accepted, output, time.monotonic() - began, steps)

    def spare_npm(self) -> None:
        """From the next push on, reuse Node's packages if the lock is the same: npm ci has already
        been shown to work."""
        self._deployer.keeps_packages = True

    def manage(self, *words: str, stdin: str | None = None) -> str:
        """Run manage.py of the serving release in its environment; return what it printed.

        Raises subprocess.CalledProcessError, whose `stderr` says why.
        """
        if self.current is None:
            raise SystemExit("rehearse: nothing serves yet")
        command = ["bash", "-c", processes.PROFILE, "run", "python", "manage.py", *words]
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(
            command, cwd=self.current.folder, env=self._deployer.environment(self.current),
            capture_output=True, text=True, check=True, **given, **self._account.identity,
        )  # fmt: skip
        return done.stdout

    # --- Its parts ------------------------------------------------------------------------

    def _set_up(self) -> None:
        self._account, caches = self._find_account()
        self._services = Services(self.folder / "services")
        self._ends.append(self._services.end)
        self._services.start()
        self._proxy = Proxy(self.folder / "proxy", domain=self.domain)
        self._ends.append(self._proxy.end)
        self._proxy.start()
        self._deployer = Deployer(
            self.folder / "releases", caches=caches, account=self._account,
            proxy=self._proxy, domain=self.domain, path=_path(self.checkout),
            buildpacks=self._buildpacks,
        )  # fmt: skip
        self._ends.append(self._deployer.end)
        self.config.update(config.of(self.domain, self.url, self._services))
        self._repository = Repository(self.folder / "booktime.git", self._receive)
        self._ends.append(self._repository.end)
        self._clone = Clone(self.folder / "clone", self.checkout, self._repository.folder)

    def _end(self) -> None:
        """End everything that was started, newest first; remove the folder unless it is kept."""
        if hasattr(self, "_account"):
            self._account.end_all()
        self._worker.shutdown()
        for end in reversed(self._ends):
            end()
        if not self._keep:
            remove(self.folder)

    def _find_account(self) -> tuple[Account, Path]:
        """The account and the build caches: by the checkout, or here if it cannot reach that."""
        kept = self.checkout / ".cache" / "rehearse"
        kept.mkdir(parents=True, exist_ok=True)
        account = Account(self.folder / "home")
        caches = kept if account.can_run(["test", "-x", str(kept)]) else self.folder / "caches"
        version = python_version(self.checkout)
        pythons = (python.runs(path, version) for path in python.interpreters(version, caches))
        tools = ["bash", "-c", 'PATH="$1" node --version && PATH="$1" npm --version', "tools"]
        if not (
            account.can_run([*tools, _path(self.checkout)]) and any(map(account.can_run, pythons))
        ):
            account.be_oneself()
        python.forget_old(caches)
        return account, account.take(caches)

    def _receive(self, updates: list[str], variables: dict[str, str], say: Say) -> bool:
        """Answer the hook's question: whether the push is accepted."""
        try:
            commit = _commit_of(updates, say)
            if commit is None:
                return True
            if not self._busy.acquire(blocking=False):
                raise Rejected("another push is being worked on: push again when it is done")
            try:
                deploy = self._deployer.deploy
                self._worker.submit(deploy, commit, self._repository, variables, say).result()
            finally:
                self._busy.release()
        except Rejected as error:
            say(f" !     rejected: {error}")
            return False
        except Exception as error:
            say(f" !     rejected: the host failed: {type(error).__name__}: {error}")
            return False
        return True


def _commit_of(updates: list[str], say: Say) -> str | None:
    """The update of master. Other branches are accepted but not deployed, as by Dokku."""
    commit = None
    for update in updates:
        _, new, name = update.split()
        if name != BRANCH:
            say(f" !     not deployed: git push dokku {name.split('/')[-1]}:master would be")
        elif new == NOTHING:
            raise Rejected("master is what serves: it cannot be deleted")
        else:
            commit = new
    return commit


def _path(checkout: Path) -> str:
    """The PATH without the checkout's own environment, which a host does not have."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(path for path in folders if not path.startswith(str(checkout)))
