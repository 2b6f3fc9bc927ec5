"""Pushes that must be rejected, each for its own reason, while the previous release serves on."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rehearsal import commits, evidence
from rehearsal.commits import Files
from rehearsal.host import Host
from rehearsal.walk_browser import expect


@dataclass(frozen=True)
class Rejection:
    """A push, the reason that its rejection must give, and what its output must contain."""

    name: str
    reason: str
    files: Callable[[Host], Files] = lambda host: {}
    shown: str = ""
    hidden: str = ""
    settings: dict[str, str | None] = field(default_factory=dict)  # None removes one


def push_it(host: Host, rejection: Rejection) -> str:
    """Push, raise if anything is not as expected, and return what was seen."""
    before = evidence.gather(host)
    with _settings(host, rejection.settings):
        commit = host.commit(rejection.name, rejection.files(host))
        push = host.push(commit)
    expect(not push.accepted, "it was accepted")
    expect(rejection.reason in push.reason, f"rejected for another reason: {push.reason!r}")
    expect(re.search(rejection.shown, push.output), f"it does not say {rejection.shown!r}")
    if rejection.hidden:
        expect(rejection.hidden not in push.output, f"it says {rejection.hidden!r}")
    evidence.compare(before, evidence.gather(host))
    return f"“{push.reason}”, {push.seconds:.0f} s; {before.revision[:8]} serves on"


@contextmanager
def _settings(host: Host, changed: dict[str, str | None]) -> Iterator[None]:
    kept = dict(host.config)
    for name, value in changed.items():
        host.config.pop(name, None)
        if value is not None:
            host.config[name] = value
    try:
        yield
    finally:
        host.config.clear()
        host.config.update(kept)


REJECTIONS = [
    Rejection(
        "a failing Jest test", "bin/post_compile failed", shown=r"bin/post_compile: Jest failed",
        files=lambda host: {"frontend/lib/promise.test.js": commits.FAILING_JEST},
    ),
    Rejection(
        "a failing Django test", "bin/post_compile failed",
        shown=r"FAIL: test_what_is_promised[\s\S]+bin/post_compile: Django tests failed",
        files=lambda host: {"main/tests/test_promise.py": commits.FAILING_DJANGO},
    ),
    Rejection(
        "a failing build", "bin/post_compile failed", files=commits.syntax_error,
        shown=r"imageswitcher\.jsx[\s\S]+bin/post_compile: Production build failed",
    ),
    Rejection(
        "a migration that fails on real data", "bin/post_compile failed",
        files=commits.two_migrations,
        shown=r"9002_shelf_known failed: .*null values; nothing was changed[\s\S]+Migration failed",
        hidden="Traceback",
    ),
    Rejection(
        "Pipfile.lock out of date", "Pipfile.lock is out of date", files=commits.python_lock_behind
    ),
    Rejection("package-lock.json out of date", "npm ci failed", files=commits.npm_lock_behind),
    Rejection(
        "a second package manager's lock", "two package managers: uv.lock",
        files=lambda host: {"uv.lock": "version = 1\n"},
    ),
    Rejection(
        "no SECRET_KEY", "bin/post_compile failed", settings={"SECRET_KEY": None},
        shown=r"(?m)^booktime: .*SECRET_KEY.*\n !     bin/post_compile: Settings failed",
        hidden="Traceback",
    ),
    Rejection(
        "a release that is not healthy", "web is not healthy: /healthz/ gave",
        files=commits.listens_elsewhere,
    ),
    Rejection(
        "a release command that warns", "the Procfile's release command failed",
        settings={"SECURE": "false"}, shown=r"security\.W",
    ),
    Rejection(
        "a Procfile without a web", "the Procfile has no web",
        files=lambda host: {"Procfile": "worker: python manage.py run_worker\n"},
    ),
    Rejection(
        "an app.json that is none", "app.json is no JSON: Expecting",
        files=lambda host: {"app.json": "{'healthchecks': {}}\n"},
    ),
    Rejection(
        "one buildpack of two", "there is no .buildpacks", files=lambda host: {".buildpacks": None}
    ),
]  # fmt: skip


def other_branch(host: Host) -> str:
    """Accepted with a warning, and nothing happens."""
    before = evidence.gather(host)
    push = host.push(host.commit("Elsewhere"), branch="main")
    expect(push.accepted, f"it was rejected: {push.reason}")
    expect("not deployed" in push.output, f"no warning: {push.output!r}")
    evidence.compare(before, evidence.gather(host))
    return f"taken with a warning; {before.revision[:8]} serves on"


def deletion(host: Host) -> str:
    before = evidence.gather(host)
    push = host.push("")
    expect(not push.accepted, "it was accepted")
    expect("cannot be deleted" in push.reason, f"rejected for another reason: {push.reason!r}")
    evidence.compare(before, evidence.gather(host))
    return f"“{push.reason}”"
