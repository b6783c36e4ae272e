"""Opens source files: gzip, xz and zip unpacked on the fly, damage named with its line.

What a file is, is told by its first bytes and never by its name. `Tick` is called with the number
of bytes taken from the disk, so that a progress bar moves with what was really read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

Tick = Callable[[int], None]

MAX_LINE = 64 * 1024 * 1024
"""Longest line in bytes: no genuine file comes near it, and a file without line ends is refused."""

_CHUNK = 1 << 20
DAMAGE = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile)
"""What the unpackers raise for a file that is cut off or damaged."""


class SourceError(ValueError):
    """A file that cannot be imported: which file, which line (if it has lines), why."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        place = f"{path}, line {line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {reason}")


def no_tick(_count: int) -> None:
    """The `Tick` of a caller who shows no progress."""


class _Counted(io.RawIOBase):
    """A raw file that reports how many bytes were read from it."""

    def __init__(self, path: Path, tick: Tick) -> None:
        super().__init__()
        self._raw = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
        self._tick = tick

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # typeshed says Buffer
        count = self._raw.readinto(buffer) or 0
        self._tick(count)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


@contextmanager
def open_bytes(path: Path, tick: Tick = no_tick) -> Iterator[io.BufferedReader]:
    """The unpacked bytes of a plain, gzip, xz or one-member zip file.

    Raises `SourceError` where the file cannot be opened or a zip holds more than one file. Damage
    found while reading raises what `damage_as_source_error` turns into a `SourceError`.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(io.BufferedReader(_Counted(path, tick), _CHUNK))
            magic = file.peek(6)[:6]
        except OSError as error:
            raise SourceError(path, None, f"cannot be read ({error.strerror}).") from error
        if magic.startswith(b"\x1f\x8b"):
            stream: object = stack.enter_context(gzip.GzipFile(fileobj=file))
        elif magic.startswith(b"\xfd7zXZ\x00"):
            stream = stack.enter_context(lzma.LZMAFile(file))
        elif magic.startswith(b"PK\x03\x04"):
            with damage_as_source_error(path):
                archive = stack.enter_context(zipfile.ZipFile(file))
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != 1:
                raise SourceError(path, None, f"is a zip of {len(names)} files; unpack it first.")
            try:
                stream = stack.enter_context(archive.open(names[0]))
            except (RuntimeError, NotImplementedError) as error:
                raise SourceError(path, None, f"is a zip we cannot read ({error}).") from error
        else:
            stream = file
        # The unpackers are no raw files, but have all that a buffer needs of one.
        yield io.BufferedReader(cast(io.RawIOBase, stream), _CHUNK)


@contextmanager
def damage_as_source_error(
    path: Path, line: Callable[[], int | None] = lambda: None
) -> Iterator[None]:
    """Turns the errors of a damaged or cut-off packed file into a `SourceError`."""
    try:
        yield
    except DAMAGE as error:
        raise _damaged(path, line(), error) from error


def _damaged(path: Path, line: int | None, error: Exception) -> SourceError:
    if isinstance(error, EOFError):
        return SourceError(path, line, "the packed file is cut off; fetch it again.")
    return SourceError(path, line, f"the packed file is damaged ({error}).")


def text_lines(
    path: Path, tick: Tick = no_tick, *, ends_with_a_line: bool = False
) -> Iterator[tuple[int, str]]:
    r"""Number and text of each line, from 1, without its end; UTF-8, a byte order mark ignored.

    Only `\n` ends a line: WikiPathways' tables hold lone `\r` inside their cells. Raises
    `SourceError` for damage, for bytes that are not UTF-8, for an endless line and an empty file,
    and for a last line without an end where the format says that each has one.
    """
    number = 0
    with open_bytes(path, tick) as stream:
        while True:
            try:
                raw = stream.readline(MAX_LINE)
            except DAMAGE as error:
                raise _damaged(path, number + 1, error) from error
            if not raw:
                break
            number += 1
            if len(raw) >= MAX_LINE and not raw.endswith(b"\n"):
                raise SourceError(path, number, "the line has no end within 64 MB.")
            if ends_with_a_line and not raw.endswith(b"\n"):
                raise SourceError(
                    path,
                    number,
                    "the file ends within this line, so it was cut off: fetch it again. If the "
                    "line is whole, end it with a line break.",
                )
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise SourceError(
                    path, number, f"byte {error.start + 1} of the line is not UTF-8 text."
                ) from error
            yield number, line.rstrip("\r\n")
    if number == 0:
        raise SourceError(path, None, "is empty.")


def head(path: Path, size: int = 1 << 16) -> bytes:
    """The first unpacked bytes of a file, to recognise it by; fewer where it ends or breaks."""
    collected = b""
    with open_bytes(path) as stream:
        try:
            while len(collected) < size and (chunk := stream.read1(size - len(collected))):
                collected += chunk
        except DAMAGE as error:
            if not collected:
                raise SourceError(path, None, "is packed, but cannot be unpacked.") from error
    return collected


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, or of names and contents of all files below a folder but `.git`."""
    digest = hashlib.sha256()
    if path.is_dir():
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted(name for name in subfolders if name != ".git")
            for name in sorted(names):
                file = Path(folder, name)
                digest.update(file.relative_to(path).as_posix().encode() + b"\0")
                digest.update(bytes.fromhex(sha256_of(file)))
        return digest.hexdigest()
    with open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
