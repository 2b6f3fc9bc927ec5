"""From a pushed commit to the release that serves, or back to the one before."""

import shutil
import time
from pathlib import Path

from rehearsal import buildpacks, node, processes, python
from rehearsal.facts import Release, Retirement
from rehearsal.processes import Started
from rehearsal.proxy import Proxy
from rehearsal.repository import Repository
from rehearsal.services import free_port
from rehearsal.work import Account, Rejected, Say, end, step

STACK = "heroku-24"
SECONDS_TO_GO = 10  # from SIGTERM


class Deployer:
    """Works on one push at a time, in one thread, which the releases' processes belong to."""

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
        self.retired: Retirement | None = None
        self._started: list[Started] = []
        self._caches, self._account, self._proxy = caches, account, proxy
        self._domain, self._path, self._buildpacks = domain, path, buildpacks
        self._number = 0
        self.keeps_packages = False
        self._kept = account.take(folder.parent / "packages")

    def deploy(
        self, commit: str, repository: Repository, variables: dict[str, str], say: Say
    ) -> None:
        """Raises Rejected; then nothing of the commit is left but its number."""
        self._number += 1
        place = self.folder / str(self._number)
        place.mkdir(mode=0o755)
        release = Release(commit, place / "app", free_port(), free_port(), free_port())
        started: list[Started] = []
        try:
            repository.unpack(commit, release.folder, variables)
            self._account.take(release.folder)
            self._build(release, say)
            self._release(release, say)
            with step("Starting and checking", say):
                self._start(release, started, say)
            with step("Switching over", say):
                self._proxy.switch(release.port)
        except BaseException:
            for process in started:
                end(process.process)
            shutil.rmtree(place, ignore_errors=True)
            raise
        self._retire(release, started, say)

    def environment(self, release: Release, *, name: str = "run.1") -> dict[str, str]:
        """What a process of the release sees: the settings, and little else."""
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
        for started in self._started:
            end(started.process)

    def _build(self, release: Release, say: Say) -> None:
        """HOME is the account's own while it builds: tools keep things there."""
        environment = self.environment(release, name="build") | {"HOME": str(self._account.home)}
        given = {"caches": self._caches, "environment": environment, "account": self._account}
        if self._buildpacks is not None:
            buildpacks.build(release.folder, buildpacks=self._buildpacks, say=say, **given)
        else:
            kept = self._kept if self.keeps_packages else None
            node.build(release.folder, say=say, kept=kept, **given)
            python.build(release.folder, say=say, **given)

    def _release(self, release: Release, say: Say) -> None:
        """The Procfile's `release`, before anything of the new release runs."""
        line = processes.commands(release.folder).get("release")
        if line is None:
            return
        environment = self.environment(release, name="release.1")
        with step("Release command", say):
            words = processes.words_of(line, environment)
            run = self._account.run
            if run(words, cwd=release.folder, environment=environment, say=say):
                raise Rejected("the Procfile's release command failed")

    def _start(self, release: Release, started: list[Started], say: Say) -> None:
        ports = {"web": release.metrics_port, "worker": release.worker_metrics_port}
        for name, metrics_port in ports.items():
            environment = self.environment(release, name=f"{name}.1")
            environment |= {"PORT": str(release.port), "METRICS_PORT": str(metrics_port)}
            process = processes.start(
                name, app=release.folder, environment=environment, account=self._account,
                log=release.logs[name],
            )  # fmt: skip
            started.append(process)
        release.web, release.worker = (process.process.pid for process in started)
        for process in started:
            processes.check(process, app=release.folder, domain=self._domain, say=say)

    def _retire(self, release: Release, started: list[Started], say: Say) -> None:
        """The new one serves: the old processes are told at once, and have ten seconds."""
        old, gone = self._started, self.current
        self._started, self.current = started, release
        if gone is None:
            return
        began = time.monotonic()
        with step("Retiring the release before", say):
            for started_before in old:
                started_before.process.terminate()
            ends = [
                end(process.process, patience=max(0.1, began + SECONDS_TO_GO - time.monotonic()))
                for process in old
            ]
        was_killed = None in ends
        self.retired = Retirement(gone.revision, time.monotonic() - began, was_killed)
        if was_killed:
            say(f" !     the release before was still there after {SECONDS_TO_GO} s: killed")
        shutil.rmtree(gone.folder, ignore_errors=True)
