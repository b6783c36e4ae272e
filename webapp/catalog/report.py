"""What an import did: counts per kind, releases, and everything that was left out."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, select, true

from webapp.catalog import models as m
from webapp.catalog import staging as s
from webapp.catalog.sources import records as r

LABELS = {
    r.KEY_EVENT: "Key Events",
    r.AOP: "AOPs",
    r.RELATIONSHIP: "Relationships",
    r.WIKIPATHWAYS: "WikiPathways",
    r.GO_BP: "GO terms",
    r.REACTOME: "Reactome",
    r.GENE: "Genes",
}
"""Kinds in the order of the summary, with their names for people."""


@dataclass
class KindCounts:
    """How many rows of one kind were touched; `live` counts the catalog after the import."""

    new: int = 0
    changed: int = 0
    returned: int = 0
    retired: int = 0
    unchanged: int = 0
    reported: int = 0
    live: int = 0

    @property
    def touched(self) -> bool:
        """Whether the catalog differs for this kind."""
        return bool(self.new or self.changed or self.returned or self.retired)


@dataclass(frozen=True)
class Release:
    """An imported file as `source_release` holds it; `added` is false where the row was there."""

    id: int
    source: str
    file_name: str
    version: str
    sha256: str
    licence: str
    records: int
    added: bool


@dataclass
class ImportReport:
    """The outcome of one import."""

    kinds: dict[str, KindCounts] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    remarks: list[tuple[str, r.Remark]] = field(default_factory=list)
    """File name (empty: found when comparing all files) and what was left out."""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    locked_seconds: float = 0.0
    """How long the one write transaction took."""

    @property
    def touched(self) -> set[str]:
        """The kinds of which the import changes anything."""
        return {kind for kind, counts in self.kinds.items() if counts.touched}


def count(connection: Connection) -> dict[str, KindCounts]:
    """Counts of all kinds that are staged or about to be retired, from the compared tables."""
    return {
        kind: counts
        for kind in LABELS
        if (counts := _count_kind(connection, *places(kind))) is not None
    }


def count_live(connection: Connection, kind: str) -> int:
    """How many rows of a kind are live in the catalog."""
    entity, condition, _staged = places(kind)
    conditions = [condition]
    if "retired_at" in entity.main.c:
        conditions.append(entity.main.c.retired_at.is_(None))
    return connection.execute(
        select(func.count()).select_from(entity.main).where(*conditions)
    ).scalar_one()


def coverage(connection: Connection) -> list[str]:
    """Sentences on how complete the live catalog is."""
    events, target = m.KeyEvent, m.Target
    lines = []
    total, described = connection.execute(
        select(func.count(), func.count().filter(events.description != "")).where(
            events.retired_at.is_(None)
        )
    ).one()
    lines.append(f"{described:,} of {total:,} live Key Events have a description.")
    for resource in (r.WIKIPATHWAYS, r.GO_BP, r.REACTOME):
        with_genes = exists().where(m.TargetGene.target_id == target.id)
        total, described, genes = connection.execute(
            select(
                func.count(),
                func.count().filter(target.description != ""),
                func.count().filter(with_genes),
            ).where(target.resource == resource, target.retired_at.is_(None))
        ).one()
        if total:
            lines.append(
                f"{LABELS[resource]}: of {total:,} live targets {described:,} have a description, "
                f"{genes:,} have genes."
            )
    return lines


def places(kind: str) -> tuple[s.Entity, ColumnElement[bool], ColumnElement[bool]]:
    """The entity of a kind, and what selects its rows in the catalog's and the staged table."""
    for entity in s.ENTITIES:
        if entity.kind == kind:
            return entity, true(), true()
    targets = s.TARGETS
    live = and_(
        targets.stage.c.resource == kind,
        not_(and_(targets.stage.c.obsolete, not_(targets.stage.c.named))),
    )
    return targets, targets.main.c.resource == kind, live


def _count_kind(
    connection: Connection,
    entity: s.Entity,
    condition: ColumnElement[bool],
    staged: ColumnElement[bool],
) -> KindCounts | None:
    counted = connection.execute(
        select(entity.stage.c.state, func.count()).where(staged).group_by(entity.stage.c.state)
    )
    states: dict[str, int] = dict(counted.all())
    retired = connection.execute(
        select(func.count())
        .select_from(entity.main.join(entity.retired, entity.retired.c.id == entity.main.c.id))
        .where(condition)
    ).scalar_one()
    if not states and not retired:
        return None
    return KindCounts(
        new=states.get(s.NEW, 0),
        changed=states.get(s.CHANGED, 0),
        returned=states.get(s.RETURNED, 0),
        retired=retired,
        unchanged=states.get(s.UNCHANGED, 0),
    )
