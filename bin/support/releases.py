"""The project's releases as named in releases.toml, and the commits and files behind them."""

import io
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

NAMED_IN = "releases.toml"


class NoSuchRevision(Exception):
    """The requested revision is not a commit in this clone; `str(error)` says which and why."""


class NoRelease(Exception):
    """The file names no release that can be tested; `str(error)` says what is wrong in it."""


@dataclass(frozen=True)
class Release:
    version: str
    commit: str
    date: date


def named(root: Path) -> list[Release]:
    """The releases of releases.toml, the newest last. Raises NoRelease if it cannot be read."""
    try:
        entries = tomllib.loads((root / NAMED_IN).read_text()).get("release", [])
        return [Release(**entry) for entry in entries]
    except FileNotFoundError:
        raise NoRelease(f"{NAMED_IN} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise NoRelease(f"{NAMED_IN} is not TOML: {error}") from None
    except TypeError:
        raise NoRelease(f"{NAMED_IN}: a release has version, commit and date") from None


def release_before(root: Path) -> Release:
    """The newest release other than the one in the folder. Raises NoRelease if there is none."""
    # With uncommitted changes, the folder is newer than its last commit.
    is_changed = git(root, "status", "--porcelain")
    under_test = None if is_changed else git(root, "rev-parse", "HEAD")
    before = [release for release in named(root) if release.commit != under_test]
    if not before:
        raise NoRelease(f"{NAMED_IN} names no release before this one")
    return before[-1]


def chosen(root: Path, word: str | None) -> tuple[str, str]:
    """(name, full commit) of a release's version, of any commit, or of the previous release.

    Raises NoRelease or NoSuchRevision: an unavailable release is never skipped.
    """
    if word is None:
        release = release_before(root)
    else:
        release = next((release for release in named(root) if release.version == word), None)
    if release is None:
        return word, commit_of(root, word)
    try:
        return f"release {release.version}", commit_of(root, release.commit)
    except NoSuchRevision:
        missing = f"release {release.version} ({release.commit}) is not in this clone"
        raise NoSuchRevision(f"{missing}; a whole one has it: git fetch --unshallow") from None


def commit_of(root: Path, revision: str) -> str:
    """The full commit id of any revision that git knows. Raises NoSuchRevision."""
    try:
        return git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except NoSuchRevision:
        raise NoSuchRevision(f"{revision} is no commit of this clone") from None


def differs(root: Path, commit: str, *paths: str) -> bool:
    """Whether any of these paths has changed since then."""
    # git's comparison does not include untracked files.
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
