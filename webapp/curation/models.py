"""Tables of the life of a mapping: what was claimed, by whom, on which answers, and its history.

Versions, assessments and events are immutable; triggers made by the first migration refuse
UPDATE and DELETE on them.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, orm, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.catalog.models import KeyEvent, Target
from webapp.database import Base, utc_now

STATES = (
    "proposed",
    "returned",
    "approved",
    "rejected",
    "withdrawn",
    "superseded",
    "retired",
)
LIVE_STATES = ("proposed", "returned", "approved")
UNDER_REVIEW = ("proposed", "returned")
PREDICATES = (
    "skos:exactMatch",
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
)
CONFIDENCES = ("high", "medium", "low")
RELATIONSHIPS = ("causative", "responsive", "bidirectional", "unclear")
IMMUTABLE_TABLES = ("mapping_version", "assessment", "mapping_event")


class Mapping(Base):
    """A Key Event and a target that somebody connected; its `uuid` never changes."""

    __tablename__ = "mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid4()))
    key_event_id: Mapped[int] = mapped_column(ForeignKey("key_event.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    approved_version: Mapped[int | None]
    """Number of the version that is published, also while a revision is under review."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("mapping.id"), index=True)
    """The mapping that replaced a superseded one."""
    created_at: Mapped[str] = mapped_column(default=utc_now)

    key_event: Mapped[KeyEvent] = orm.relationship(viewonly=True)
    target: Mapped[Target] = orm.relationship(viewonly=True)
    versions: Mapped[list[MappingVersion]] = orm.relationship(
        order_by="MappingVersion.number", viewonly=True
    )
    events: Mapped[list[MappingEvent]] = orm.relationship(order_by="MappingEvent.id", viewonly=True)
    successor: Mapped[Mapping | None] = orm.relationship(remote_side=[id], viewonly=True)

    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(
            "uq_mapping_live_pair",
            "key_event_id",
            "target_id",
            unique=True,
            sqlite_where=text(f"state IN {LIVE_STATES}"),
        ),
    )

    @property
    def latest(self) -> MappingVersion:
        """The newest version, whatever became of it."""
        return self.versions[-1]

    @property
    def standing(self) -> MappingVersion:
        """The version that the state speaks of: under review the newest, else the published one.

        A revision that was rejected is newer than what stands.
        """
        if self.state in UNDER_REVIEW or self.approved_version is None:
            return self.latest
        return next(one for one in self.versions if one.number == self.approved_version)

    @property
    def is_revision(self) -> bool:
        """Whether what is under review would replace a published version."""
        return self.state in UNDER_REVIEW and self.approved_version is not None


class Assessment(Base):
    """One person's answers to the questions of a scheme about one pair."""

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    mapping_id: Mapped[int] = mapped_column(ForeignKey("mapping.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    blind: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[str] = mapped_column(default=utc_now)


class MappingVersion(Base):
    """What was claimed, once and for all."""

    __tablename__ = "mapping_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    mapping_id: Mapped[int] = mapped_column(ForeignKey("mapping.id"))
    number: Mapped[int]
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    predicate: Mapped[str]
    computed_predicate: Mapped[str]
    relationship: Mapped[str | None]
    score: Mapped[float]
    confidence: Mapped[str]
    computed_confidence: Mapped[str]
    override_reason: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(default="")
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The list that was on the screen: resource, ranker version, the words that were searched for
    if it was a search, when it was made, targets with rank and score."""
    sources: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    created_at: Mapped[str] = mapped_column(default=utc_now)

    author: Mapped[Person] = orm.relationship(viewonly=True)
    assessment: Mapped[Assessment] = orm.relationship(viewonly=True)

    __table_args__ = (
        UniqueConstraint("mapping_id", "number"),
        CheckConstraint(f"predicate IN {PREDICATES}", name="predicate"),
        CheckConstraint(f"confidence IN {CONFIDENCES}", name="confidence"),
        CheckConstraint(
            f"relationship IN {RELATIONSHIPS} OR relationship IS NULL", name="relationship"
        ),
    )


class MappingEvent(Base):
    """One step of a mapping's history; append-only."""

    __tablename__ = "mapping_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    mapping_id: Mapped[int] = mapped_column(ForeignKey("mapping.id"), index=True)
    version: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[str] = mapped_column(default=utc_now, index=True)
    action: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = orm.relationship(viewonly=True)
