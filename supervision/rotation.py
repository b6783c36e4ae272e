"""Reads one log file through its rotations: nothing twice, nothing left out.

supervisord rotates by renaming, oldest first: NAME.1 becomes NAME.2, NAME becomes NAME.1, and a new
NAME is opened. So files are told apart by inode, not by name, and what follows a file is the
one with the next lower number. The reader keeps its file open, so its inode cannot be used again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 65_536
"""Bytes read at once."""


@dataclass(frozen=True)
class Position:
    """A place in the stream: byte `offset` of the file `inode`, last written at `modified` (ns)."""

    inode: int
    offset: int
    modified: int


def end_of(path: Path) -> Position:
    """The place behind all that `path` holds now."""
    found = path.stat()
    return Position(found.st_ino, found.st_size, found.st_mtime_ns)


class RotatedLog:
    """The bytes of `path` and its rotated predecessors, from `start` on, as one stream.

    Without `start` the stream begins with the oldest file there is.
    """

    def __init__(self, path: Path, start: Position | None = None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self.position = start or Position(0, 0, 0)
        """The place behind the last byte that `read` returned."""

    def read(self) -> bytes:
        """The next bytes, at most `CHUNK`; empty where nothing new has been written."""
        while True:
            data = self._read_open_file()
            if data:
                return data
            found = self._following()
            if found is None:
                return b""
            # Its writer closed the file before another took its place: read the very last of it.
            data = self._read_open_file()
            if data:
                found.close()
                return data
            self._take(found)

    def close(self) -> None:
        """Close the file that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read_open_file(self) -> bytes:
        if self._file is None:
            return b""
        data = self._file.read(CHUNK)
        found = os.fstat(self._file.fileno())
        offset = self._file.tell()
        if found.st_size < offset:  # emptied from outside
            self._file.seek(0)
            data = self._file.read(CHUNK)
            offset = self._file.tell()
        self.position = Position(found.st_ino, offset, found.st_mtime_ns)
        return data

    def _take(self, file: BinaryIO) -> None:
        self.close()
        found = os.fstat(file.fileno())
        if found.st_ino == self.position.inode and found.st_size >= self.position.offset:
            file.seek(self.position.offset)
        self._file = file
        self.position = Position(found.st_ino, file.tell(), self.position.modified)

    def _following(self) -> BinaryIO | None:
        """Open the file to read next: the one of our position, or the one written after it."""
        for _ in range(10):  # a rotation may happen between looking and opening
            wanted = self._choose(self._chain())
            if wanted is None:
                return None
            path, inode = wanted
            try:
                file = path.open("rb", buffering=0)
            except FileNotFoundError:
                continue
            if os.fstat(file.fileno()).st_ino == inode:
                return file
            file.close()
        return None

    def _choose(self, chain: list[tuple[Path, os.stat_result]]) -> tuple[Path, int] | None:
        ours = [at for at, (_, found) in enumerate(chain) if found.st_ino == self.position.inode]
        if ours and self._file is None:
            later = chain[ours[-1] : ours[-1] + 1]
        elif ours:
            later = chain[: ours[0]]
        else:
            # Cleared, or rotated away unread. What was written before our file has been read.
            modified = self.position.modified
            later = [entry for entry in chain if entry[1].st_mtime_ns > modified]
        if not later:
            return None
        path, found = later[-1]
        return path, found.st_ino

    def _chain(self) -> list[tuple[Path, os.stat_result]]:
        """The files there are, newest first.

        Looked up from low numbers to high, the way files move: none can be missed.
        """
        chain = []
        number = missing = 0
        # While a rotation is under way one number is free; two free ones in a row are the end.
        while missing < 2:
            path = self._path.with_name(f"{self._path.name}.{number}") if number else self._path
            number += 1
            try:
                chain.append((path, path.stat()))
                missing = 0
            except FileNotFoundError:
                missing += 1
        return chain
