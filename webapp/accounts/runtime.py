"""`runtime.db`: what may be lost at any time without losing work. Its tables are made at start."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError as SADatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from webapp.database import Database

log = logging.getLogger(__name__)

_LOST = ("not a database", "malformed", "no such table", "disk I/O error")
"""What SQLite says of a file that was emptied, overwritten or removed."""


class RuntimeBase(DeclarativeBase):
    """Parent of every table of `runtime.db`."""


class LimitCounter(RuntimeBase):
    """How often a limited act happened in the window that ends at `expires_at` (Unix seconds)."""

    __tablename__ = "limit_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[float]


class SessionsLost(RuntimeError):
    """`runtime.db` was lost while it was in use, and is there again, empty."""


class Runtime(Database):
    """`runtime.db`; makes itself anew when it is lost while it is in use."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__(path, create=create)
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """As `Database.read`; raises `SessionsLost` where the file was lost."""
        with self._healing(), super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """As `Database.write`; raises `SessionsLost` where the file was lost."""
        with self._healing(), super().write() as session:
            yield session

    @contextmanager
    def _healing(self) -> Iterator[None]:
        try:
            yield
        except SADatabaseError as error:
            if not any(sign in str(error.orig) for sign in _LOST):
                raise
            self.close()
            if "disk I/O error" in str(error.orig) and self._opened == _file(self.path):
                raise  # the disk fails, maybe for a moment: what the file holds is not lost
            open_runtime(self.path)
            self._opened = _file(self.path)
            raise SessionsLost from error


def _file(path: Path) -> tuple[int, int] | None:
    """Which file is there; None where there is none, or an empty one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size else None


def open_runtime(path: Path) -> Runtime:
    """Open `runtime.db`, making the file and its tables where they are missing.

    A file that is damaged, or that another version made, is replaced by a new one: what it holds
    may be lost, so it needs no migrations.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    runtime = Runtime(path, create=True)
    try:
        current = _make_tables(runtime)
    except SADatabaseError as error:
        if not any(sign in str(error.orig) for sign in _LOST):
            raise
        current = False
    if not current:
        runtime.close()
        log.warning("%s is damaged or of another version; everybody signs in again", path)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        _make_tables(runtime)
    runtime.close()
    runtime._opened = _file(path)
    return runtime


def _make_tables(runtime: Database) -> bool:
    """Make missing tables; False, changing nothing, where those there have another shape.

    Where they are there it only reads: every command opens this file, also several at once.
    """
    shape = sorted(
        f"{column}" for t in RuntimeBase.metadata.tables.values() for column in t.columns
    )
    version = zlib.crc32("\n".join(shape).encode()) & 0x7FFFFFFF
    with Session(runtime.engine) as session:
        if _version(session) == version and _is_whole(session):
            return True
    # Two processes may both have found an empty file: the second one sees the first one's tables.
    with Database.write(runtime) as session:
        found = _version(session)
        tables = session.scalar(text("SELECT COUNT(*) FROM sqlite_master"))
        if tables:
            return found == version
        session.execute(text(f"PRAGMA user_version = {version}"))
        RuntimeBase.metadata.create_all(session.connection())
    return True


def _is_whole(session: Session) -> bool:
    """Whether the tables can be read, as far as a quick look tells."""
    for table in RuntimeBase.metadata.tables.values():
        session.execute(select(table).limit(1)).all()
    return True


def _version(session: Session) -> int:
    return int(session.execute(text("PRAGMA user_version")).scalar_one())
