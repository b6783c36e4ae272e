"""Tables of this room: what evaluations found, and the rankers that were learnt here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, orm
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base

TRAINED, ROLLED_BACK = WHY = ("trained", "rolled back")


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


class Ranker(Base):
    """What `ranker train` learnt and found, promoted or not; never changed."""

    __tablename__ = "ranker"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[str]
    encoder: Mapped[str]
    """Name and revision of the encoder whose index it was trained with."""
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    """See `learning.report`."""
    model: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """See `fusion.Model`; None where it was not good enough to serve."""


class RankerPromotion(Base):
    """From when on which ranker served with an encoder; the newest one does. Append-only."""

    __tablename__ = "ranker_promotion"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    encoder: Mapped[str] = mapped_column(index=True)
    """Its name without the revision."""
    ranker_id: Mapped[int | None] = mapped_column(ForeignKey("ranker.id"))
    """None: what comes with the program."""
    why: Mapped[str]

    ranker: Mapped[Ranker | None] = orm.relationship(viewonly=True)

    __table_args__ = (CheckConstraint(f"why IN {WHY}", name="why"),)
