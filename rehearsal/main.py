"""The rehearsal from start to summary: its scenes in order, and how results are reported."""

import argparse
import fcntl
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from setting_up import ROOT, say

from rehearsal import figures, late, load, rejected, walk_shop
from rehearsal.commits import few_tests
from rehearsal.host import Host
from rehearsal.pushes import Pushes
from rehearsal.walk import Walk
from rehearsal.walk_mail import Mailbox
from rehearsal.work import Rejected

# The parts by name, in order. The first push comes before all of them.
PARTS = ("later", "rejected", "walk", "load", "figures")
# A scene: its name, and a function that plays it and returns what was seen.
Scene = tuple[str, Callable[[], str]]


class Left(KeyboardInterrupt):
    """A signal asked us to end; no scene or event loop must mistake that for its own failure."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)


def main() -> int:
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    kept = ROOT / ".cache" / "rehearse"
    kept.mkdir(parents=True, exist_ok=True)
    try:
        with _one_at_a_time(kept.with_suffix(".lock")):
            if arguments.cold:
                shutil.rmtree(kept)
            return _rehearse(arguments)
    except Left as left:
        say(f"ended by {left.signal.name}")
        return 128 + left.signal
    except Rejected as error:
        say(f"nothing can be pushed from here: {error}")
        return 1


def _leave(number: int, _: object) -> None:
    """Only once: nothing interrupts the clean-up."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Left(number)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/rehearse", description="Rehearses a deployment.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="NAME",
                        help=f"after the first push only these: {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--buildpacks", type=Path, metavar="DIR",
                        help="where the real buildpacks were downloaded to")  # fmt: skip
    parser.add_argument("--few-tests", action="store_true", help="in the first push too")
    parser.add_argument("--cold", action="store_true", help="keep nothing of earlier rehearsals")
    parser.add_argument("--keep", action="store_true", help="leave the host's folder behind")
    arguments = parser.parse_args()
    if arguments.buildpacks and not arguments.buildpacks.is_dir():
        parser.error(f"there is no folder {arguments.buildpacks}")
    return arguments


def _one_at_a_time(path: Path):
    """Two rehearsals at once would create the same environments."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another bin/rehearse to end")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _rehearse(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    buildpacks = arguments.buildpacks and arguments.buildpacks.resolve()
    with Host(ROOT, buildpacks=buildpacks, keep=arguments.keep) as host, Mailbox() as mailbox:
        host.config["EMAIL_URL"] = mailbox.url
        say(f"{host.url} on this machine, in {host.folder}")
        pushes = Pushes(host, few=arguments.few_tests)
        told = [_show("the first push", pushes.push_first)]
        if told[0]:
            told.append(_show("books for what follows", lambda: walk_shop.import_books(host)))
            told += [_show(*scene) for part in PARTS if part in arguments.only
                     for scene in _scenes(part, host, pushes, mailbox)]  # fmt: skip
        print("\n".join(["", *pushes.lines(), ""]))
    say(f"all took {time.monotonic() - began:.0f} s")
    print(f"{told.count(True)} passed, {told.count(False)} failed", flush=True)
    return 0 if all(told) else 1


def _scenes(part: str, host: Host, pushes: Pushes, mailbox: Mailbox) -> Iterator[Scene]:
    if part == "later":
        yield "a later push", pushes.push_later
    elif part == "rejected":
        yield from _rejections(host, pushes, mailbox)
    elif part == "walk":
        with Walk(host, mailbox) as walk:
            yield from walk.steps()
    elif part == "load":
        yield "a push under load", lambda: _push_under_load(host)
        # Nothing serves after it.
        yield "the same load sees an outage", lambda: load.control(host)
    elif part == "figures":
        yield from figures.steps(host)


def _rejections(host: Host, pushes: Pushes, mailbox: Mailbox) -> Iterator[Scene]:
    host.spare_npm()
    for rejection in rejected.REJECTIONS:
        name = f"rejected: {rejection.name}"
        yield name, lambda rejection=rejection: rejected.push_it(host, rejection)
    yield "not deployed: another branch", lambda: rejected.other_branch(host)
    yield "rejected: master deleted", lambda: rejected.deletion(host)
    yield from late.steps(host, pushes, mailbox)


def _push_under_load(host: Host) -> str:
    commit = host.commit("Under load", few_tests(host))
    push, seen = load.zero_downtime(host, commit)
    return "\n      ".join([f"accepted in {push.seconds:.0f} s", *seen])


def _show(name: str, show: Callable[[], str]) -> bool:
    """Play a scene and print what was seen, in a line; a failure does not stop the others."""
    began = time.monotonic()
    try:
        seen, has_passed = show(), True
    except (Exception, SystemExit) as error:
        seen, has_passed = f"{type(error).__name__}: {error}", False
        if output := getattr(error, "stderr", None):
            seen += f"\n{output}"
    mark = "ok" if has_passed else "FAIL"
    print(f"{mark:4}  {name:38}{time.monotonic() - began:6.1f} s  {seen}", flush=True)
    return has_passed
