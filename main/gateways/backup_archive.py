"""A backup as one tar: a copy of the database, all files, and last a manifest that proves both.

Written and read as a stream, file by file, with no more than a piece of a file in memory.
"""

import hashlib
import json
import re
import signal
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any, NoReturn, cast

FORMAT = 1
PIECE = 1024 * 1024
_MANIFEST, _SEAL = "manifest.json", "manifest.sha256"
_LARGEST_MANIFEST = 500 * 1024 * 1024


class BackupRefused(Exception):
    """No backup can be made, or this one cannot be restored; `str(error)` says why in one line."""


class Ended(BaseException):
    """A signal ended the process: remove whatever is half done on the way out."""

    def __init__(self, number: int, *, what: str = "") -> None:
        self.number, self.status = number, 128 + number
        super().__init__(f"{what} It was ended by {signal.Signals(number).name}.".strip())

    def where(self, what: str) -> "Ended":
        """The same signal, with words about the state it left behind."""
        return Ended(self.number, what=what)


@contextmanager
def ended_orderly() -> Iterator[None]:
    """Inside this block a signal that would end the process raises Ended."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: Any) -> NoReturn:
    raise Ended(number)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the number of rows per table, and each file's size and SHA-256."""

    made_at: str
    revision: str
    vendor: str
    rows: dict[str, int]
    migrations: list[list[str]]  # pairs of app and name
    files: dict[str, list[Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # named by the database, but not there
    format: int = FORMAT


class BackupWriter:
    """Writes to any stream."""

    def __init__(self, out: IO[bytes]) -> None:
        # Not tarfile's own stream ("w|"), which writes once more after an error, and complains.
        counted = cast(IO[bytes], _Counting(out))
        self._tar = tarfile.TarFile(fileobj=counted, mode="w", format=tarfile.PAX_FORMAT)
        self.files: dict[str, list[Any]] = {}

    def add(self, path: str, file: IO[bytes], *, size: int) -> None:
        hashing = _Hashing(file)
        try:
            self._add(path, hashing, size=size)
        except OSError as error:
            raise BackupRefused(f"{path} could not be written: {error}.") from error
        self.files[path] = [size, hashing.hexdigest()]

    def close(self, manifest: Manifest) -> None:
        text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode()
        seal = hashlib.sha256(text).hexdigest().encode()
        self._add(_MANIFEST, BytesIO(text), size=len(text))
        self._add(_SEAL, BytesIO(seal), size=len(seal))
        self._tar.close()

    def _add(self, path: str, file: Any, *, size: int) -> None:
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
        self._tar.addfile(entry, file)
        self._tar.members.clear()  # type: ignore[attr-defined] # tarfile remembers each


class BackupReader:
    """Reads a seekable file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def check(self) -> Manifest:
        """Read and compare all of it. Raises BackupRefused unless every byte is as written."""
        try:
            found, special = self._read_all()
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise BackupRefused(f"This is not a backup, or not a complete one: {error}.") from error
        manifest = _manifest(special)
        wrong = sorted(
            path
            for path in found.keys() | manifest.files.keys()
            if found.get(path) != manifest.files.get(path)
        )
        if wrong:
            raise BackupRefused(f"The backup is damaged: {wrong[0]} is not what was backed up.")
        return manifest

    def entries(self) -> Iterator[tuple[str, int, IO[bytes]]]:
        """Path, size and content of each file, in order; read each before asking for the next."""
        self._file.seek(0)
        with tarfile.open(fileobj=self._file, mode="r:") as tar:
            while entry := tar.next():
                file = tar.extractfile(entry) if entry.isreg() else None
                if file is None or not _is_plain(entry.name):
                    raise BackupRefused(
                        f"The backup contains something that is not a file: {entry.name!r}."
                    )
                yield entry.name, entry.size, file
                tar.members.clear()  # type: ignore[attr-defined]

    def _read_all(self) -> tuple[dict[str, list[Any]], dict[str, bytes]]:
        """Size and digest of each file, and the entries that prove them."""
        found: dict[str, list[Any]] = {}
        special: dict[str, bytes] = {}
        for path, size, file in self.entries():
            if path in (_MANIFEST, _SEAL) and size <= _LARGEST_MANIFEST:
                special[path] = file.read()
            else:
                found[path] = [size, _digest(file)]
        return found, special


class _Counting:
    """A stream that knows its position, which is all that tarfile needs of a file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._at = out, 0

    def tell(self) -> int:
        return self._at

    def write(self, piece: bytes) -> None:
        self._out.write(piece)
        self._at += len(piece)


class _Hashing:
    """Hashes a file as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _manifest(special: dict[str, bytes]) -> Manifest:
    text = special.get(_MANIFEST)
    if text is None or hashlib.sha256(text).hexdigest().encode() != special.get(_SEAL):
        raise BackupRefused("This is not a backup, or not a complete one: its end is missing.")
    try:
        entries = json.loads(text)
        given = entries.get("format")
        manifest = Manifest(**entries) if given == FORMAT else None
        if manifest and not _is_sound(manifest):
            raise ValueError
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BackupRefused("The backup is damaged: its manifest cannot be read.") from error
    if manifest is None:
        raise BackupRefused(f"The backup is in format {given}, but this release reads {FORMAT}.")
    # They become part of SQL.
    if not all(re.fullmatch(r"\w+", name) for name in manifest.rows):
        raise BackupRefused("The backup is damaged: it names an impossible table.")
    return manifest


def _is_sound(manifest: Manifest) -> bool:
    """Whether each value has its type; any error if not even the shape is right."""
    texts = [manifest.made_at, manifest.revision, manifest.vendor, *manifest.missing]
    texts += [part for app, name in manifest.migrations for part in (app, name)]
    counts = [*manifest.rows.values(), *(size for size, _ in manifest.files.values())]
    return all(isinstance(text, str) for text in texts) and all(type(it) is int for it in counts)
