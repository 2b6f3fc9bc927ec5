"""The releases of this project, as its git tags know them, and what a checkout of one holds."""

import io
import subprocess
import tarfile
from pathlib import Path

PATTERN = "v*"


class NoSuchRevision(Exception):
    """What was asked for is no commit; `str(error)` is git's own word."""


def release_before(root: Path) -> str | None:
    """The tag of the newest release that is older than what lies in the folder, if there is one."""
    # With changes that are not committed yet, the tag of this very commit is older than they are.
    start = "HEAD" if git(root, "status", "--porcelain") else "HEAD^"
    try:
        return git(root, "describe", "--tags", "--abbrev=0", "--match", PATTERN, start) or None
    except NoSuchRevision:
        return None


def commit_of(root: Path, revision: str) -> str:
    return git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")


def differs(root: Path, commit: str, *paths: str) -> bool:
    """Whether one of these is not now as it was then."""
    # A file that git does not know yet is not in its comparison.
    new = git(root, "status", "--porcelain", "--", *paths)
    return bool(new or git(root, "diff", "--name-only", commit, "--", *paths))


def unpack(root: Path, commit: str, folder: Path) -> None:
    done = subprocess.run(["git", "-C", root, "archive", commit], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", root, *words], capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise NoSuchRevision(done.stderr.strip().removeprefix("fatal: ") or "git failed")
    return done.stdout.strip()
