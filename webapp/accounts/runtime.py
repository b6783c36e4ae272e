"""`runtime.db`: what may be lost at any time without losing work. Its tables are made at start."""

from __future__ import annotations

import logging
import zlib
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError as SADatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from webapp.database import Database

log = logging.getLogger(__name__)


class RuntimeBase(DeclarativeBase):
    """Parent of every table of `runtime.db`."""


class LimitCounter(RuntimeBase):
    """How often a limited act happened in the window that ends at `expires_at` (Unix seconds)."""

    __tablename__ = "limit_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[float]


def open_runtime(path: Path) -> Database:
    """Open `runtime.db`, making the file and its tables where they are missing.

    A file that is damaged, or that another version made, is replaced by a new one: what it holds
    may be lost, so it needs no migrations.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    runtime = Database(path, create=True)
    try:
        current = _make_tables(runtime)
    except SADatabaseError as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise
        current = False
    if not current:
        runtime.close()
        log.warning("%s is damaged or of another version; everybody signs in again", path)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        _make_tables(runtime)
    runtime.close()
    return runtime


def _make_tables(runtime: Database) -> bool:
    """Make missing tables; False, changing nothing, where those there have another shape.

    Where they are there it only reads: every command opens this file, also several at once.
    """
    shape = sorted(
        f"{column}" for t in RuntimeBase.metadata.tables.values() for column in t.columns
    )
    version = zlib.crc32("\n".join(shape).encode()) & 0x7FFFFFFF
    with runtime.read() as session:
        if _version(session) == version:
            return True
    # Two processes may both have found an empty file: the second one sees the first one's tables.
    with runtime.write() as session:
        found = _version(session)
        tables = session.scalar(text("SELECT COUNT(*) FROM sqlite_master"))
        if tables:
            return found == version
        session.execute(text(f"PRAGMA user_version = {version}"))
        RuntimeBase.metadata.create_all(session.connection())
    return True


def _version(session: Session) -> int:
    return int(session.execute(text("PRAGMA user_version")).scalar_one())
