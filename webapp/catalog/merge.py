"""Applies a compared import to the catalog: plain inserts, updates and deletes by id.

Runs inside one write transaction of the caller. Everything was looked up and compared before, so
that curators wait for nothing but the writing itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    null,
    select,
    tuple_,
    update,
)

from webapp.catalog import models as m
from webapp.catalog import staging as s


def merge(connection: Connection, now: str) -> None:
    """Write the staged import into the catalog; `now` is the time for `retired_at`."""
    for link in s.LINKS:
        _drop(connection, link)
    for entity in s.ENTITIES:
        _write(connection, entity, now)
    for link in s.LINKS:
        connection.execute(
            insert(link.main).from_select(
                list(link.columns), select(*(link.added.c[name] for name in link.columns))
            )
        )
    _move_links(connection)


def _drop(connection: Connection, link: s.Link) -> None:
    unique = tuple_(*(link.main.c[name] for name in link.unique))
    gone = select(*(link.dropped.c[name] for name in link.unique))
    if connection.execute(select(func.count()).select_from(link.dropped)).scalar_one():
        connection.execute(delete(link.main).where(unique.in_(gone)))


def _write(connection: Connection, entity: s.Entity, now: str) -> None:
    main, stage = entity.main, entity.stage
    has_release = "release_id" in main.c
    columns = ["id", entity.key, *entity.columns]
    columns += ["curie"] * ("curie" in main.c) + ["release_id"] * has_release
    connection.execute(
        insert(main).from_select(
            columns, select(*(stage.c[name] for name in columns)).where(stage.c.state == s.NEW)
        )
    )
    copied = [*entity.columns, *([entity.key] if entity.rekeyed else [])]
    values: dict[str, ColumnElement[Any]] = {name: stage.c[name] for name in copied}
    touched = stage.c.state.in_((s.CHANGED, s.RETURNED))
    if has_release:
        values["release_id"] = func.coalesce(stage.c.release_id, main.c.release_id)
        values["retired_at"] = case((stage.c.state == s.RETURNED, null()), else_=main.c.retired_at)
        connection.execute(
            update(main)
            .where(
                main.c.id == stage.c.id,
                stage.c.state == s.UNCHANGED,
                main.c.release_id != stage.c.release_id,
            )
            .values(release_id=stage.c.release_id)
        )
        connection.execute(
            update(main).where(main.c.id.in_(select(entity.retired.c.id))).values(retired_at=now)
        )
    connection.execute(update(main).where(main.c.id == stage.c.id, touched).values(values))


def _move_links(connection: Connection) -> None:
    """Move what points to a gene known by number over to the row that has its symbol."""
    renamed, keys = s.RENAMED_GENES, s.GENES.keys
    if not connection.execute(select(func.count()).select_from(renamed)).scalar_one():
        return
    moves = renamed.join(keys, keys.c.key == renamed.c.symbol)
    for model in (m.TargetGene, m.KeyEventGene):
        table = model.__table__
        there = table.alias()
        others = [column for column in table.c if column.name != "gene_id"]
        same = [there.c[column.name] == column for column in others]
        moved = (
            select(*others, keys.c.id)
            .select_from(moves.join(table, table.c.gene_id == renamed.c.id))
            .where(not_(exists().where(*same, there.c.gene_id == keys.c.id)))
            .distinct()
        )
        names = [*(column.name for column in others), "gene_id"]
        connection.execute(insert(model).from_select(names, moved))
        connection.execute(delete(model).where(table.c.gene_id.in_(select(renamed.c.id))))
