"""Writes records into the staging tables, in batches.

Several inputs may speak of one thing. The first to say something decides; later ones only fill in
what it left open. Sets (genes of a pathway, events of an AOP) are taken whole from the first input
that has one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, func, insert, update

from webapp.catalog import staging as s
from webapp.catalog.sources import records as r

BATCH = 5000
"""Rows that are collected before they are written."""


class Stager:
    """Takes records of one input file after another; `flush` writes the rest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Table, list[dict[str, Any]]] = {}
        self._completions: dict[s.Entity, list[dict[str, Any]]] = {}
        self._said: dict[tuple[s.Entity, object], set[str]] = {}
        self.genes: dict[str, r.GeneRecord] = {}
        """What the inputs say of genes, by Entrez number; the first input decides on the symbol."""
        self._waiting = 0

    def add(self, record: r.Record, file_no: int) -> bool:
        """Stage one record; returns whether it is one that an input's record count includes."""
        match record:
            case r.KeyEventRecord():
                self._key_event(record, file_no)
            case r.AopRecord():
                self._aop(record, file_no)
            case r.RelationshipRecord():
                self._relationship(record, file_no)
            case r.TargetRecord():
                self._target(record, file_no)
                return not record.obsolete
            case r.GeneRecord():
                if record.entrez and record.symbol:
                    first = self.genes.get(record.entrez, record)
                    self.genes[record.entrez] = first.completed_by(record)
            case _:
                return False
        return True

    def flush(self) -> None:
        """Write all that is waiting."""
        for table, rows in self._rows.items():
            if rows:
                self._connection.execute(insert(table), rows)
                rows.clear()
        for entity, rows in self._completions.items():
            if rows:
                self._connection.execute(_complete(entity), rows)
                rows.clear()
        self._waiting = 0

    def _key_event(self, record: r.KeyEventRecord, file_no: int) -> None:
        first = self._entity(
            s.KEY_EVENTS,
            file_no,
            {
                "components_said": record.components is not None,
                "genes_said": record.genes is not None,
            },
            number=record.number,
            curie=f"aop.events:{record.number}",
            title=record.title,
            short_title=record.short_title,
            level=record.level,
            description=record.description,
            organ_term=record.organ_term,
            cell_term=record.cell_term,
            named=record.genes is None,
        )
        if "components_said" in first:
            for position, part in enumerate(record.components or (), start=1):
                values = {name: getattr(part, name) for name in r.Component.__dataclass_fields__}
                self._row(s.COMPONENTS.stage, key_event=record.number, position=position, **values)
        if "genes_said" in first:
            for gene in record.genes or ():
                self._row(
                    s.KEY_EVENT_GENES.stage,
                    key_event=record.number,
                    symbol=gene.symbol,
                    method=gene.method,
                )

    def _aop(self, record: r.AopRecord, file_no: int) -> None:
        first = self._entity(
            s.AOPS,
            file_no,
            {
                "events_said": record.events is not None,
                "relationships_said": record.relationships is not None,
            },
            number=record.number,
            curie=f"aop:{record.number}",
            title=record.title,
            short_title=record.short_title,
            description=record.description,
            status=record.status,
        )
        if "events_said" in first:
            for link in record.events or ():
                self._row(
                    s.AOP_EVENTS.stage, aop=record.number, key_event=link.key_event, role=link.role
                )
        if "relationships_said" in first:
            for said in record.relationships or ():
                self._row(
                    s.AOP_RELATIONSHIPS.stage,
                    aop=record.number,
                    relationship=said.relationship,
                    adjacency=said.adjacency,
                    evidence=said.evidence,
                    quantitative_understanding=said.quantitative_understanding,
                )

    def _relationship(self, record: r.RelationshipRecord, file_no: int) -> None:
        self._entity(
            s.RELATIONSHIPS,
            file_no,
            {},
            number=record.number,
            curie=f"aop.relationships:{record.number}",
            upstream=record.upstream,
            downstream=record.downstream,
        )

    def _target(self, record: r.TargetRecord, file_no: int) -> None:
        first = self._entity(
            s.TARGETS,
            file_no,
            {
                "genes_said": record.genes is not None,
                "synonyms_said": record.synonyms is not None,
                "parents_said": record.parents is not None,
                "annotations_said": record.annotations is not None,
            },
            identifier=record.identifier,
            resource=record.resource,
            title=record.title,
            description=record.description,
            species=record.species,
            version=record.version,
            replaced_by=record.replaced_by,
            obsolete=record.obsolete,
            named=record.title is not None,
        )
        target = record.identifier
        if "genes_said" in first:
            for symbol in record.genes or ():
                self._row(s.TARGET_GENES.stage, target=target, symbol=symbol)
        if "synonyms_said" in first:
            for synonym in record.synonyms or ():
                self._row(s.SYNONYMS.stage, target=target, scope=synonym.scope, text=synonym.text)
        if "parents_said" in first:
            for parent in record.parents or ():
                self._row(s.PARENTS.stage, target=target, parent=parent)
        if "annotations_said" in first:
            for note in record.annotations or ():
                self._row(
                    s.ANNOTATIONS.stage,
                    target=target,
                    kind=note.kind,
                    identifier=note.identifier,
                    label=note.label,
                )

    def _entity(
        self, entity: s.Entity, file_no: int, said: dict[str, bool], **values: Any
    ) -> set[str]:
        """Stage the row of an entity; returns which of its sets are said for the first time."""
        known = self._said.get((entity, values[entity.key]))
        row = {"file_no": file_no, "named": True, **values, **said}
        spoken = {name for name, is_said in said.items() if is_said}
        if known is None:
            self._said[entity, values[entity.key]] = spoken
            self._row(entity.stage, **row)
            return spoken
        self._completions.setdefault(entity, []).append(
            {f"new_{name}": value for name, value in row.items()}
        )
        self._count()
        first = spoken - known
        known |= spoken
        return first

    def _row(self, table: Table, **values: Any) -> None:
        self._rows.setdefault(table, []).append(values)
        self._count()

    def _count(self) -> None:
        self._waiting += 1
        if self._waiting >= BATCH:
            self.flush()


def _complete(entity: s.Entity) -> Any:
    """UPDATE that fills in what earlier inputs left open for one key."""
    stage = entity.stage
    texts = [*entity.columns, "upstream", "downstream"]
    values: dict[str, Any] = {
        name: func.coalesce(stage.c[name], bindparam(f"new_{name}"))
        for name in texts
        if name in stage.c and name not in {"upstream_id", "downstream_id"}
    }
    for name in stage.c.keys():  # noqa: SIM118 - iterating a collection of columns yields columns
        if name.endswith("_said") or name in {"named", "obsolete"}:
            values[name] = stage.c[name] | bindparam(f"new_{name}")
    # The release that names a thing is the one it belongs to, not one that completes it.
    values["file_no"] = case((stage.c.named, stage.c.file_no), else_=bindparam("new_file_no"))
    return update(stage).where(stage.c[entity.key] == bindparam(f"new_{entity.key}")).values(values)
