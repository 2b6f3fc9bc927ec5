"""What the conversation's benchmarks share: PostgreSQL, Redis, web processes, and rooms."""

import contextlib
import logging
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from main.tests.support.live_services import Redis, Service, Web  # noqa: E402 (found by the line above)

SETTINGS = {
    "ENV_FILE": "",
    "DEBUG": "false",
    "SECURE": "false",
    "SECRET_KEY": "only-for-the-benchmark-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "127.0.0.1",
    "STAFF_SECOND_FACTOR": "false",
    "DJANGO_SETTINGS_MODULE": "booktime.settings",
}
# Commits survive the end of the processes, if not that of the machine.
POSTGRES = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100"]
POSTGRES += ["fsync=off", "full_page_writes=off", "synchronous_commit=on"]


class Postgres(Service):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "postgres.log")
        account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if account:
            self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.data = folder / "postgres"
        self.data.mkdir(mode=0o700)
        if account:
            os.chown(self.data, account.pw_uid, account.pw_gid)
        self.programs = _with_services().find_programs(["postgres"])
        self._run("initdb", "--pgdata", str(self.data), "--no-sync", "--auth=trust")

    def begin(self) -> None:
        """Start for the first time. It accepts connections a moment before it answers them."""
        self.start()
        for pause in (0.1, 0.3, 1, 3, None):
            try:
                self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "booktime")
            except subprocess.CalledProcessError:
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                return

    @property
    def url(self) -> str:
        return f"postgres://booktime@127.0.0.1:{self.port}/booktime"

    def command(self) -> list[str]:
        flags = [word for setting in POSTGRES for word in ("-c", setting)]
        return [self.programs["postgres"], "-D", str(self.data), "-p", str(self.port), *flags]

    def crash(self) -> None:
        """End at once, cutting everyone off; the next start recovers from the journal."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def _run(self, program: str, *words: str) -> None:
        command = [self.programs[program], "--username=booktime", *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self.data, **self.identity)


class Ground:
    """Services in a temporary folder; `web()` makes another web process, not yet started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services: list[Service] = []
        self.postgres = self._keep(Postgres(folder))
        self.redis = self._keep(Redis(folder / "redis.log"))

    def begin(self) -> None:
        self.postgres.begin()
        self.redis.start()
        os.environ.update(
            SETTINGS | {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}
        )

    def web(self, application: str = "booktime.asgi", **environment: str) -> Web:
        log = self.folder / f"web{len(self.services)}.log"
        return self._keep(Web(log, application, **environment))

    def own(self, service: Service) -> Service:
        return self._keep(service)

    def end(self) -> None:
        for service in reversed(self.services):
            if service.process:
                service.end(3)

    def _keep(self, service):
        self.services.append(service)
        return service


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Also sets up Django in this process: the shop's models can be imported inside the block."""
    with tempfile.TemporaryDirectory(prefix="booktime-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        here = Ground(folder)
        try:
            here.begin()
            _migrate()
            yield here
        finally:
            here.end()


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)


def rss(service: Service) -> int:
    """The process's memory in bytes (Linux)."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def cpu(service: Service) -> float:
    """The process's CPU time in seconds (Linux)."""
    fields = Path(f"/proc/{service.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentiles(values: list[float], *, digits: int = 0) -> str:
    """Median, 95th, 99th and worst, in milliseconds."""
    values = sorted(values)
    picked = [values[min(len(values) - 1, int(len(values) * part))] for part in (0.5, 0.95, 0.99)]
    return " ".join(f"{value * 1000:8.{digits}f}" for value in [*picked, values[-1]])


def _with_services():
    loader = SourceFileLoader("with_services", str(ROOT / "bin" / "with-services"))
    module = module_from_spec(spec_from_loader("with_services", loader))
    loader.exec_module(module)
    return module
