"""How SQLite files are opened, with the one SQLite that is safe for a WAL database.

Versions 3.7.0 to 3.51.2 can corrupt a WAL database when connections write and checkpoint at once
(https://sqlite.org/wal.html, "the WAL-reset bug"); fixed in 3.51.3, 3.50.7 and 3.44.6. `pysqlite3`
carries a later one than the Python of most distributions.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2

from backup.errors import BackupError

Connection = Any  # pysqlite3 has no type hints
Error = dbapi2.Error

FIRST_SAFE = (3, 51, 3)
_BACKPORTS = ((3, 44, 6), (3, 50, 7))


def version() -> str:
    """Version of the SQLite library in use, such as `3.53.4`."""
    return str(dbapi2.sqlite_version)


def require_safe_version() -> None:
    """Raise `BackupError` where the SQLite in use could corrupt a WAL database."""
    parts = tuple(int(part) for part in version().split("."))
    if parts >= FIRST_SAFE or any(parts[:2] == fix[:2] and parts >= fix for fix in _BACKPORTS):
        return
    raise BackupError(
        f"SQLite {version()} can corrupt a database in WAL mode, so nothing was opened; install "
        "pysqlite3 0.6.1 or later from requirements.txt."
    )


def connect(path: Path, mode: str, patience: float = 0.0, *, immutable: bool = False) -> Connection:
    """Open the file in `mode` (`ro`, `rw`); never makes one.

    `patience`: seconds to wait for a lock. `immutable`: nobody writes; take no locks, look for no
    WAL. Raises `Error`.
    """
    uri = f"file:{quote(str(path))}?mode={mode}" + ("&immutable=1" if immutable else "")
    return dbapi2.connect(uri, uri=True, isolation_level=None, timeout=patience)


class TooLong(BackupError):
    """The time that something may take is over."""


class TimeLimit:
    """A moment after which work ends by `TooLong`, also inside a long query."""

    def __init__(self, seconds: float, what: str = "The snapshot") -> None:
        self.seconds = seconds
        self._what = what
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; 0 when the time is over."""
        return max(0.0, self._end - time.monotonic())

    def check(self, *_progress: object) -> None:
        """Raise `TooLong` when the time is over; takes the arguments of any progress callback."""
        if self.over():
            raise TooLong(
                f"{self._what} took longer than {self.seconds:g} s and was given up; see whether "
                "the disk is slow or the database is locked."
            )

    def over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._end

    def bound(self, connection: Connection) -> None:
        """Interrupt any statement of `connection` when the time is over."""
        connection.set_progress_handler(self.over, 100_000)
