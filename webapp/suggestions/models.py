"""Tables of this room: what evaluations found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class Evaluation(Base):
    """One result of `evaluate`, by date and version of the ranker; never changed."""

    __tablename__ = "evaluation"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[str]
    resource: Mapped[str]
    ranker: Mapped[str]
    cross_validated: Mapped[bool]
    gold: Mapped[str]
    """Name of the file of pairs, or `the approved mappings`."""
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    """See `evaluation.report`."""

    __table_args__ = (Index(None, "resource", "made_at"),)
