"""From a pushed commit to the serving release, or back to the previous one."""

import time
from pathlib import Path

from rehearsal import buildpacks, manifest, node, processes, python
from rehearsal.facts import Release, Retirement
from rehearsal.manifest import Manifest
from rehearsal.processes import Checks, Started
from rehearsal.proxy import Proxy
from rehearsal.repository import Repository
from rehearsal.services import free_port
from rehearsal.work import Account, Rejected, Say, remove, step

STACK = "heroku-24"
SECONDS_TO_GO = 10  # from SIGTERM
REHEARSED = ["heroku-buildpack-nodejs", "heroku-buildpack-python"]


class Deployer:
    """Handles one push at a time, in one thread, which owns the releases' processes."""

    def __init__(
        self,
        folder: Path,
        *,
        caches: Path,
        account: Account,
        proxy: Proxy,
        domain: str,
        path: str,
        buildpacks: Path | None,
    ) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755)
        self.config: dict[str, str] = {}
        self.current: Release | None = None
        self.running: dict[str, Started] = {}
        self.retired: list[Retirement] = []
        self._caches, self._account, self._proxy = caches, account, proxy
        self._domain, self._path, self._buildpacks = domain, path, buildpacks
        self._number = 0
        self.keeps_packages = False
        self._kept = account.take(folder.parent / "packages")

    def deploy(
        self, commit: str, repository: Repository, variables: dict[str, str], say: Say
    ) -> None:
        """Raises Rejected; then the previous release serves on, unless the error says otherwise."""
        self._number += 1
        self.retired = []
        place = self.folder / str(self._number)
        place.mkdir(mode=0o755)
        release = Release(commit, place / "app", free_port(), free_port(), free_port())
        try:
            repository.unpack(commit, release.folder, variables)
            read = manifest.read(release.folder)
            self._account.take(release.folder)
            self._build(release, read, say)
            self._release(release, read, say)
            self._serve(release, read, say)
            self._work(release, read, say)
        finally:
            self._clear()

    def environment(self, release: Release, *, name: str = "run.1") -> dict[str, str]:
        """The environment of the release's processes: the settings, and little else."""
        return {
            "PATH": self._path,
            "HOME": str(release.folder),
            "LANG": "C.UTF-8",
            "STACK": STACK,
            "DYNO": name,
            **self.config,
            "GIT_REV": release.revision,
        }

    def end(self) -> None:
        for started in self.running.values():
            started.end()

    def _build(self, release: Release, read: Manifest, say: Say) -> None:
        """During the build, HOME is the account's own: tools store things there."""
        environment = self.environment(release, name="build") | {"HOME": str(self._account.home)}
        app = release.folder
        given = {"caches": self._caches, "account": self._account, "say": say}
        if self._buildpacks is not None:
            given |= {"names": read.buildpacks, "buildpacks": self._buildpacks}
            buildpacks.build(app, environment=environment, **given)
            return
        if read.buildpacks != REHEARSED:
            raise Rejected(f".buildpacks must name {' and '.join(REHEARSED)}, in this order")
        kept = self._kept if self.keeps_packages else None
        exported = node.build(app, environment=environment, kept=kept, **given)
        python.build(app, environment=environment | exported, **given)

    def _release(self, release: Release, read: Manifest, say: Say) -> None:
        """Run the Procfile's `release` before any process of the new release starts."""
        line = read.commands.get("release")
        if line is None:
            return
        environment = self.environment(release, name="release.1")
        with step("Release command", say):
            words = processes.words_of(line, environment)
            run = self._account.run
            if run(words, cwd=release.folder, environment=environment, say=say):
                raise Rejected("the Procfile's release command failed")

    # --- One process after the other, as Dokku does it ----------------------------------------

    def _serve(self, release: Release, read: Manifest, say: Say) -> None:
        """Check the new web, have nginx send everyone there, and tell the old one to end."""
        web = self._start("web", release, read, say)
        try:
            with step("Switching over", say):
                self._proxy.switch(release.port)
        except BaseException:
            web.end()
            raise
        self.current = release
        self._take_over(web, say)

    def _work(self, release: Release, read: Manifest, say: Say) -> None:
        """The release's web already serves, and continues even if its worker does not start."""
        if "worker" not in read.commands:
            return
        try:
            worker = self._start("worker", release, read, say)
        except Rejected as error:
            left = "with the worker of before" if "worker" in self.running else "without a worker"
            raise Rejected(f"{error}; the new web serves already, {left}") from None
        self._take_over(worker, say)

    def _start(self, name: str, release: Release, read: Manifest, say: Say) -> Started:
        """Start a process and check it; end it again if it does not pass."""
        environment = self.environment(release, name=f"{name}.1")
        is_web = name == "web"
        port = release.metrics_port if is_web else release.worker_metrics_port
        # Dokku sets PORT for every process, empty for all but the web.
        environment |= {"PORT": str(release.port) if is_web else "", "METRICS_PORT": str(port)}
        with step(f"Starting the {name}", say):
            started = processes.start(
                name, read.commands[name], app=release.folder, port=release.port,
                environment=environment, account=self._account, log=release.logs[name],
            )  # fmt: skip
            try:
                Checks(self._domain, self._account.pause, say).of(started, read.checks[name])
            except BaseException:
                started.end()
                raise
        return started

    def _take_over(self, new: Started, say: Say) -> None:
        """The old process gets one signal, at once, and has ten seconds."""
        old = self.running.get(new.name)
        self.running[new.name] = new
        if old is None:
            return
        told_at, began = time.time(), time.monotonic()
        with step(f"Retiring the old {new.name}", say):
            was_killed = not old.end(SECONDS_TO_GO)
        seconds = time.monotonic() - began
        self.retired.append(Retirement(new.name, told_at, seconds, was_killed))
        if was_killed:
            say(f" !     the old {new.name} was still there after {SECONDS_TO_GO} s: killed")

    def _clear(self) -> None:
        """Remove the folders in which no process runs; logs stay."""
        used = {started.app for started in self.running.values()}
        for place in self.folder.iterdir():
            for path in place.iterdir() if place / "app" not in used else ():
                if path.suffix != ".log":
                    remove(path)
