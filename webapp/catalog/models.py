"""Tables of what can be mapped: Key Events, AOPs, relationships, targets and genes.

What vanishes upstream is retired (`retired_at`), never deleted, because mappings point to it.
`number` is AOP-Wiki's own number, the only identifier that is stable between its releases.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base

LEVELS = ("Molecular", "Cellular", "Tissue", "Organ", "Individual", "Population")
ROLES = ("MIE", "KE", "AO")


class SourceRelease(Base):
    """One imported file: which source, which version, which bytes, when."""

    __tablename__ = "source_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file_name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    licence: Mapped[str] = mapped_column(default="")
    records: Mapped[int]
    imported_at: Mapped[str]

    __table_args__ = (Index(None, "source", "id"),)

    @property
    def stated_version(self) -> str:
        """The version, or the day of the import where the source states none (Reactome's GMT)."""
        return self.version or f"imported {self.imported_at[:10]}"


class KeyEvent(Base):
    """An AOP-Wiki Key Event; `curie` is `aop.events:NUMBER`."""

    __tablename__ = "key_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    curie: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    short_title: Mapped[str] = mapped_column(default="")
    level: Mapped[str | None]
    description: Mapped[str] = mapped_column(default="")
    organ_term: Mapped[str] = mapped_column(default="")
    cell_term: Mapped[str] = mapped_column(default="")
    release_id: Mapped[int] = mapped_column(ForeignKey("source_release.id"))
    retired_at: Mapped[str | None]

    aops: Mapped[list[AopKeyEvent]] = relationship(back_populates="key_event", viewonly=True)
    components: Mapped[list[EventComponent]] = relationship(
        order_by="EventComponent.position", viewonly=True
    )

    __table_args__ = (
        CheckConstraint(f"level IN {LEVELS} OR level IS NULL", name="level"),
        Index(None, "level"),
    )


class Aop(Base):
    """An adverse outcome pathway; `curie` is `aop:NUMBER`."""

    __tablename__ = "aop"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    curie: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    short_title: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    release_id: Mapped[int] = mapped_column(ForeignKey("source_release.id"))
    retired_at: Mapped[str | None]

    key_events: Mapped[list[AopKeyEvent]] = relationship(back_populates="aop", viewonly=True)


class AopKeyEvent(Base):
    """The role a Key Event plays in one AOP; the same event may be an MIE here and a KE there."""

    __tablename__ = "aop_key_event"

    aop_id: Mapped[int] = mapped_column(ForeignKey("aop.id"), primary_key=True)
    key_event_id: Mapped[int] = mapped_column(
        ForeignKey("key_event.id"), primary_key=True, index=True
    )
    role: Mapped[str]

    aop: Mapped[Aop] = relationship(back_populates="key_events", viewonly=True)
    key_event: Mapped[KeyEvent] = relationship(back_populates="aops", viewonly=True)

    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)


class KeyEventRelationship(Base):
    """A directed relationship between two Key Events; `curie` is `aop.relationships:NUMBER`."""

    __tablename__ = "key_event_relationship"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    curie: Mapped[str] = mapped_column(unique=True)
    upstream_id: Mapped[int] = mapped_column(ForeignKey("key_event.id"), index=True)
    downstream_id: Mapped[int] = mapped_column(ForeignKey("key_event.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("source_release.id"))
    retired_at: Mapped[str | None]

    upstream: Mapped[KeyEvent] = relationship(foreign_keys=[upstream_id], viewonly=True)
    downstream: Mapped[KeyEvent] = relationship(foreign_keys=[downstream_id], viewonly=True)


class AopRelationship(Base):
    """What one AOP says of a relationship: adjacency, evidence, quantitative understanding."""

    __tablename__ = "aop_relationship"

    aop_id: Mapped[int] = mapped_column(ForeignKey("aop.id"), primary_key=True)
    relationship_id: Mapped[int] = mapped_column(
        ForeignKey("key_event_relationship.id"), primary_key=True, index=True
    )
    adjacency: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    quantitative_understanding: Mapped[str] = mapped_column(default="")


class EventComponent(Base):
    """AOP-Wiki's own annotation of a Key Event: an action on an object in a process."""

    __tablename__ = "event_component"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_event_id: Mapped[int] = mapped_column(ForeignKey("key_event.id"), index=True)
    position: Mapped[int]
    action: Mapped[str] = mapped_column(default="")
    object_source: Mapped[str] = mapped_column(default="")
    object_id: Mapped[str] = mapped_column(default="")
    object_name: Mapped[str] = mapped_column(default="")
    process_source: Mapped[str] = mapped_column(default="")
    process_id: Mapped[str] = mapped_column(default="")
    process_name: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("key_event_id", "position"),)


class Target(Base):
    """Anything a Key Event can be mapped to, from one `resource`; `identifier` is a CURIE."""

    __tablename__ = "target"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource: Mapped[str]
    identifier: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    species: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    replaced_by: Mapped[str | None]
    release_id: Mapped[int] = mapped_column(ForeignKey("source_release.id"))
    retired_at: Mapped[str | None]

    synonyms: Mapped[list[TargetSynonym]] = relationship(viewonly=True)
    annotations: Mapped[list[TargetAnnotation]] = relationship(viewonly=True)

    __table_args__ = (Index(None, "resource", "retired_at"),)


class TargetSynonym(Base):
    """Another name of a target; `scope` as in OBO: EXACT, BROAD, NARROW, RELATED."""

    __tablename__ = "target_synonym"

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)


class TargetParent(Base):
    """`is_a` between two targets of one resource."""

    __tablename__ = "target_parent"

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True, index=True)


class TargetAnnotation(Base):
    """An ontology term that the source itself attached to a target."""

    __tablename__ = "target_annotation"

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(default="")


class Gene(Base):
    """A human gene; `symbol` is HGNC's, or `entrez:NUMBER` where no symbol is known."""

    __tablename__ = "gene"

    id: Mapped[int] = mapped_column(primary_key=True)
    symbol: Mapped[str] = mapped_column(unique=True)
    entrez: Mapped[str | None] = mapped_column(index=True)
    ensembl: Mapped[str | None]
    name: Mapped[str | None]
    """In words, as `aryl hydrocarbon receptor`."""
    aliases: Mapped[str | None]
    """Other symbols and names, parted by `|`."""


class TargetGene(Base):
    """A gene that takes part in a target.

    By far the longest table (half a million rows): without a row id and without a second index an
    import holds the write lock for half as long.
    """

    __tablename__ = "target_gene"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy declares it this way

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    gene_id: Mapped[int] = mapped_column(ForeignKey("gene.id"), primary_key=True)


class KeyEventGene(Base):
    """A gene that a Key Event's text names; `method` says who read it there."""

    __tablename__ = "key_event_gene"

    key_event_id: Mapped[int] = mapped_column(ForeignKey("key_event.id"), primary_key=True)
    gene_id: Mapped[int] = mapped_column(ForeignKey("gene.id"), primary_key=True, index=True)
    method: Mapped[str] = mapped_column(primary_key=True)
