"""Works out what an import would change, before anything is locked.

Reads the catalog and the resolved staging tables; leaves in the temporary tables a state for every
staged row, the rows of links to add and to drop, and the ids to retire.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from webapp.catalog import staging as s
from webapp.catalog.sources.registry import Scope


def compare(connection: Connection, complete: Collection[Scope]) -> None:
    """Compare all that is staged with the catalog; `complete` says what inputs list completely."""
    for entity in s.ENTITIES:
        _compare_entity(connection, entity)
    for link in s.LINKS:
        _compare_link(connection, link)
    for entity in s.ENTITIES:
        if "retired_at" in entity.main.c:
            _find_vanished(connection, entity, complete)


def _compare_entity(connection: Connection, entity: s.Entity) -> None:
    main, stage = entity.main, entity.stage
    known = and_(stage.c.id == main.c.id, stage.c.state == s.UNCHANGED)
    compared = [*entity.columns, *([entity.key] if entity.rekeyed else [])]
    differs = or_(*(stage.c[name].is_distinct_from(main.c[name]) for name in compared))
    connection.execute(update(stage).where(known, differs).values(state=s.CHANGED))
    if "retired_at" in main.c:
        connection.execute(
            update(stage)
            .where(stage.c.id == main.c.id, main.c.retired_at.is_not(None), _listed(entity))
            .values(state=s.RETURNED)
        )


def _compare_link(connection: Connection, link: s.Link) -> None:
    main, owner = link.main, link.owner.entity.stage
    speaking = select(owner.c.id).where(owner.c[link.said])
    before = select(*(main.c[name] for name in link.columns)).where(
        main.c[link.owner.column].in_(speaking)
    )
    after = select(*(link.resolved.c[name] for name in link.columns))
    columns = list(link.columns)
    connection.execute(insert(link.added).from_select(columns, after.except_(before)))
    connection.execute(insert(link.dropped).from_select(columns, before.except_(after)))
    touched = select(link.added.c[link.owner.column]).union(
        select(link.dropped.c[link.owner.column])
    )
    connection.execute(
        update(owner)
        .where(owner.c.state == s.UNCHANGED, owner.c.id.in_(touched))
        .values(state=s.CHANGED)
    )


def _find_vanished(connection: Connection, entity: s.Entity, complete: Collection[Scope]) -> None:
    """Note what is live, lies within what an input lists completely, and is not in any input."""
    main, stage = entity.main, entity.stage
    scopes = [condition for scope in complete for condition in _within(entity, scope)]
    # What a source itself calls obsolete needs no list to be missing from.
    if entity is s.TARGETS:
        scopes.append(
            exists().where(stage.c.id == main.c.id, stage.c.obsolete, not_(stage.c.named))
        )
    if not scopes:
        return
    connection.execute(
        insert(entity.retired).from_select(
            ["id"],
            select(main.c.id).where(
                main.c.retired_at.is_(None),
                or_(*scopes),
                not_(exists().where(stage.c.id == main.c.id, _listed(entity))),
            ),
        )
    )


def _within(entity: s.Entity, scope: Scope) -> list[ColumnElement[bool]]:
    if entity is not s.TARGETS:
        return [entity.main.c.id.is_not(None)] if scope.kind == entity.kind else []
    condition = entity.main.c.resource == scope.kind
    if scope.only_with_genes:
        genes = s.TARGET_GENES.main
        condition = and_(condition, exists().where(genes.c.target_id == entity.main.c.id))
    return [condition]


def _listed(entity: s.Entity) -> ColumnElement[bool]:
    return entity.stage.c.named.is_(True)
