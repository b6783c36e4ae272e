"""Turns staged keys into ids, gives genes their symbols, and reports what leads nowhere.

Reads the catalog, writes temporary tables only. Ids of new rows are handed out here already, which
is safe because only an import adds catalog rows and there is one import at a time; the merge has
then nothing left to look up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import (
    Connection,
    String,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from webapp.catalog import staging as s
from webapp.catalog.genes import inherit, resolve_genes
from webapp.catalog.sources import records as r

_FALLBACK_TITLES = {r.KEY_EVENT: "Key Event ", r.AOP: "AOP "}


def resolve(connection: Connection, genes: Mapping[str, r.GeneRecord]) -> list[r.Remark]:
    """Resolve everything that is staged; returns what was left out, and why.

    `genes` holds what the inputs say of genes, by Entrez number.
    """
    _empty_what_is_not_mined_any_more(connection)
    # What holds genes comes first: those of something unknown are not even added.
    remarks = [*_identify(connection, s.TARGETS), *_identify(connection, s.KEY_EVENTS)]
    remarks += resolve_genes(connection, genes)
    remarks += _identify(connection, s.GENES)
    remarks += _identify(connection, s.AOPS)
    remarks += _ends_of_relationships(connection)
    remarks += _identify(connection, s.RELATIONSHIPS)
    for link in s.LINKS:
        remarks += _resolve_link(connection, link)
    return remarks


def _ends_of_relationships(connection: Connection) -> Iterator[r.Remark]:
    stage, keys = s.RELATIONSHIPS.stage, s.KEY_EVENTS.keys
    for end in ("upstream", "downstream"):
        connection.execute(
            update(stage).where(stage.c[end] == keys.c.key).values({f"{end}_id": keys.c.id})
        )
    lost = or_(stage.c.upstream_id.is_(None), stage.c.downstream_id.is_(None))
    for (number,) in connection.execute(select(stage.c.number).where(lost)).all():
        yield r.Remark(
            r.RELATIONSHIP, None, f"Relationship {number} names an unknown Key Event; left out."
        )
    connection.execute(delete(stage).where(lost))


def _identify(connection: Connection, entity: s.Entity) -> Iterator[r.Remark]:
    """Fill each staged row up with what the catalog holds, and give it an id."""
    main, stage = entity.main, entity.stage
    same = stage.c[entity.key] == main.c[entity.key]
    connection.execute(
        update(stage)
        .where(same)
        .values(
            {
                "id": main.c.id,
                **{name: func.coalesce(stage.c[name], main.c[name]) for name in entity.columns},
            }
        )
    )
    if entity is s.GENES:
        inherit(connection)
    if entity is s.TARGETS:
        yield from _unknown_targets(connection)
    if entity is s.KEY_EVENTS:
        yield from _unknown_key_events(connection)
    if entity.kind in _FALLBACK_TITLES:
        yield from _untitled(connection, entity)
    texts = {
        name: func.nullif(stage.c[name], "")
        if main.c[name].nullable
        else func.coalesce(stage.c[name], "")
        for name in entity.columns
        if isinstance(main.c[name].type, String)
    }
    if texts:
        connection.execute(update(stage).values(texts))
    last = connection.execute(select(func.coalesce(func.max(main.c.id), 0))).scalar_one()
    fresh = (
        select(
            stage.c[entity.key].label("key"),
            (func.row_number().over(order_by=stage.c[entity.key]) + last).label("id"),
        )
        .where(stage.c.id.is_(None))
        .subquery()
    )
    connection.execute(
        insert(entity.keys).from_select(["key", "id"], select(fresh.c.key, fresh.c.id))
    )
    connection.execute(
        update(stage)
        .where(stage.c[entity.key] == entity.keys.c.key, stage.c.id.is_(None))
        .values(id=entity.keys.c.id, state=s.NEW)
    )
    connection.execute(
        insert(entity.keys).from_select(["key", "id"], select(main.c[entity.key], main.c.id))
    )


def _unknown_targets(connection: Connection) -> Iterator[r.Remark]:
    """Drop what only completes or withdraws a target that nobody names."""
    stage = s.TARGETS.stage
    unknown = and_(stage.c.id.is_(None), not_(stage.c.named))
    spoken = stage.c.genes_said | not_(stage.c.obsolete)
    for identifier, resource, obsolete in connection.execute(
        select(stage.c.identifier, stage.c.resource, stage.c.obsolete)
        .where(unknown, spoken)
        .order_by(stage.c.identifier)
    ).all():
        why = "is obsolete" if obsolete else "is in no given file and not in the catalog"
        yield r.Remark(resource, None, f"{identifier} {why}; its genes were left out.")
    connection.execute(delete(stage).where(unknown))
    known = select(stage.c.identifier)
    for link in s.LINKS:
        if link.owner.entity is s.TARGETS:
            connection.execute(delete(link.stage).where(link.stage.c.target.not_in(known)))


def _empty_what_is_not_mined_any_more(connection: Connection) -> None:
    """Say of Key Events with text-mined genes that a file of such genes lacks that they have none.

    Such a file lists all findings, so that one that it does not list was made no more.
    """
    stage, main = s.KEY_EVENTS.stage, s.KEY_EVENTS.main
    said = select(func.count()).select_from(stage).where(stage.c.genes_said)
    if not connection.execute(said).scalar_one():
        return
    connection.execute(update(stage).values(genes_said=True))
    connection.execute(
        insert(stage).from_select(
            ["number", "components_said", "genes_said", "state", "named"],
            select(
                main.c.number, literal(False), literal(True), literal(s.UNCHANGED), literal(False)
            ).where(
                main.c.id.in_(select(s.KEY_EVENT_GENES.main.c.key_event_id)),
                main.c.number.not_in(select(stage.c.number)),
            ),
        )
    )


def _unknown_key_events(connection: Connection) -> Iterator[r.Remark]:
    """Drop what only completes a Key Event that nobody names."""
    stage, genes = s.KEY_EVENTS.stage, s.KEY_EVENT_GENES.stage
    unknown = and_(stage.c.id.is_(None), not_(stage.c.named))
    for (number,) in connection.execute(
        select(stage.c.number).where(unknown).order_by(stage.c.number)
    ).all():
        yield r.Remark(
            r.KEY_EVENT,
            None,
            f"Key Event {number} is in no given file and not in the catalog; its genes were left "
            "out.",
        )
    connection.execute(delete(stage).where(unknown))
    connection.execute(delete(genes).where(genes.c.key_event.not_in(select(stage.c.number))))


def _untitled(connection: Connection, entity: s.Entity) -> Iterator[r.Remark]:
    """Name new things that a table without titles lists by their number."""
    stage = entity.stage
    word = _FALLBACK_TITLES[entity.kind]
    untitled = stage.c.title.is_(None)
    for (number,) in connection.execute(
        select(stage.c.number).where(untitled).order_by(stage.c.number)
    ).all():
        yield r.Remark(entity.kind, None, f"No given file has a title for {word}{number}.")
    connection.execute(
        update(stage)
        .where(untitled)
        .values(title=literal(word) + cast(stage.c.number, stage.c.title.type))
    )


def _resolve_link(connection: Connection, link: s.Link) -> Iterator[r.Remark]:
    stage, owner = link.stage, link.owner.entity.stage
    source = stage.join(owner, owner.c[link.owner.entity.key] == stage.c[link.owner.staged])
    columns = [owner.c.id]
    lost = []
    for reference in link.references:
        keys = reference.entity.keys.alias()
        source = source.outerjoin(keys, keys.c.key == stage.c[reference.staged])
        columns.append(keys.c.id)
        lost.append((reference, keys))
    for reference, keys in lost:
        for owner_key, key in connection.execute(
            select(stage.c[link.owner.staged], stage.c[reference.staged])
            .select_from(source)
            .where(keys.c.id.is_(None))
        ).all():
            yield r.Remark(
                link.owner.entity.kind if link.owner.entity is not s.TARGETS else r.GO_BP,
                None,
                f"{owner_key} names the {reference.staged.replace('_', ' ')} {key}, "
                "which is unknown; left out.",
            )
    connection.execute(
        insert(link.resolved).from_select(
            list(link.columns),
            select(*columns, *(stage.c[name] for name in link.values))
            .select_from(source)
            .where(*(keys.c.id.is_not(None) for _reference, keys in lost))
            .distinct(),
        )
    )
