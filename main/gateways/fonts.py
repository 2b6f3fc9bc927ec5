"""The fonts of this machine, in which documents are printed."""

import subprocess

# Debian's packages of fonts: a pattern of fontconfig, and what it finds there.
WANTED = {
    "fonts-noto-core": (":family=Noto Sans", "Noto Sans, in which invoices are set"),
    "fonts-noto-cjk": (":lang=ja", "a font with Japanese letters, which would be empty boxes"),
}


def missing_fonts() -> dict[str, str]:
    """What no font of this machine has, by the package that brings it.

    Empty if that cannot be told, as without fontconfig: then nothing is printed either.
    """
    try:
        return {package: what for package, (ask, what) in WANTED.items() if not _found(ask)}
    except (OSError, subprocess.SubprocessError):
        return {}


def _found(pattern: str) -> bool:
    command = ["fc-list", "--format=%{family}\n", pattern]
    listed = subprocess.run(command, capture_output=True, check=True, timeout=10)
    return bool(listed.stdout.strip())
