"""The repository to push to, whose hook asks the host, and a clone that pushes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rehearsal.work import Say

# The hook. Git keeps received objects in quarantine until it has run: the host needs the hook's
# variables to find the commit.
HOOK = """#!{python}
import json, os, socket, sys

link = socket.socket(socket.AF_UNIX)
link.connect({address!r})
git = {{name: value for name, value in os.environ.items() if name.startswith("GIT_")}}
question = {{"updates": sys.stdin.read().splitlines(), "git": git}}
link.sendall(json.dumps(question).encode() + b"\\n")
for line in link.makefile():
    word = json.loads(line)
    if "status" in word:
        sys.exit(word["status"])
    print(word["say"], flush=True)
sys.exit("the host is gone")
"""
# Ignores the name, hooks and signing key of the person who rehearses.
AUTHOR = {
    "GIT_AUTHOR_NAME": "Rehearsal",
    "GIT_AUTHOR_EMAIL": "rehearsal@booktime.example",
    "GIT_COMMITTER_NAME": "Rehearsal",
    "GIT_COMMITTER_EMAIL": "rehearsal@booktime.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
}
# Answers one question of the hook: the updates, git's variables, and where to say it.
Answer = Callable[[list[str], dict[str, str], Say], bool]


class Repository:
    """A bare repository; every push calls `answer`, in its own thread."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self.folder = folder
        self._answer = answer
        git("init", "--quiet", "--bare", "--initial-branch=master", str(folder), cwd=folder.parent)
        address = str(folder / "host.socket")
        hook = folder / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK.format(python=sys.executable, address=address))
        hook.chmod(0o755)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(address)
        self._socket.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    def end(self) -> None:
        self._socket.close()

    def unpack(self, commit: str, folder: Path, variables: dict[str, str]) -> None:
        """The files of a commit that is being received."""
        archive = folder.with_suffix(".tar")
        command = ["git", "archive", f"--output={archive}", commit]
        subprocess.run(command, cwd=self.folder, env=_environment() | variables, check=True)
        folder.mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
        archive.unlink()

    def _listen(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        def tell(word: dict) -> None:
            # The pushing client may be gone: the push continues all the same.
            with suppress(OSError):
                link.sendall(json.dumps(word).encode() + b"\n")

        with link:
            line = link.makefile().readline()
            if not line:
                return
            question = json.loads(line)
            accepted = self._answer(
                question["updates"], question["git"], lambda text: tell({"say": text})
            )
            tell({"status": 0 if accepted else 1})


class Clone:
    """A clone of the checkout's current files, committed or not."""

    def __init__(self, folder: Path, checkout: Path, remote: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._git("init", "--quiet", "--initial-branch=master")
        self._git("remote", "add", "dokku", str(remote))
        self._git(f"--work-tree={checkout}", "add", "--all")
        self._git("commit", "--quiet", "--message=The checkout as it stands")
        self._git("reset", "--quiet", "--hard")
        self.master = self._git("rev-parse", "HEAD").strip()

    def commit(self, message: str, files: dict[str, str | None]) -> str:
        self._git("reset", "--quiet", "--hard", self.master)
        for name, text in files.items():
            path = self.folder / name
            if text is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self._git("rev-parse", "HEAD").strip()

    def text(self, path: str) -> str:
        return self._git("show", f"{self.master}:{path}")

    def files(self) -> list[str]:
        return self._git("ls-tree", "-r", "--name-only", "-z", self.master).split("\0")

    def push(self, refspec: str) -> tuple[bool, str]:
        """Whether it was accepted, and the output that the person who pushes sees."""
        done = subprocess.run(
            ["git", "push", "--force", "dokku", refspec],
            cwd=self.folder, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", check=False,
        )  # fmt: skip
        lines = [line.removeprefix("remote: ").rstrip() for line in done.stderr.splitlines()]
        return done.returncode == 0, "\n".join(lines)

    def _git(self, *words: str) -> str:
        return git(*words, cwd=self.folder)


def git(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", f"--git-dir={cwd / '.git'}" if (cwd / ".git").is_dir() else "--no-pager", *words],
        cwd=cwd, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"rehearse: git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Our environment, without variables set by a git that called us."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | AUTHOR
