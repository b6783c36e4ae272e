"""`runtime.db`: what may be lost at any time without losing work. Its tables are made at start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from webapp.database import Database


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
    RuntimeBase.metadata.create_all(runtime.engine)
    runtime.close()
    return runtime
