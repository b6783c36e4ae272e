"""`runtime.db`: what may be lost at any time without losing work. Its tables are made at start."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy.exc import DatabaseError as SADatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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
    """Open `runtime.db`, making the file and its tables where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    runtime = Database(path, create=True)
    try:
        RuntimeBase.metadata.create_all(runtime.engine)
    except SADatabaseError as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise
        runtime.close()
        log.warning("%s is damaged; a new one is made, so everybody signs in again", path)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        RuntimeBase.metadata.create_all(runtime.engine)
    runtime.close()
    return runtime
