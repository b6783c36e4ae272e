"""Which `source_release` the rows of an import belong to.

A file that was imported before, and whose part of the catalog does not change, keeps its row, so
that repeating an import leaves no trace. Every other file gets a row of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select, update

from webapp.catalog import models as m
from webapp.catalog import staging as s
from webapp.catalog.inputs import InputFile
from webapp.catalog.report import Release, places
from webapp.catalog.sources.files import sha256_of

_ISO_DATE = re.compile(r"20\d\d-\d\d")


def assign(
    connection: Connection, files: Sequence[InputFile], touched: Collection[str]
) -> list[Release]:
    """Find or hand out the release of each file, and note it on the staged rows.

    `touched` holds the kinds of which the import changes anything.
    """
    table = m.SourceRelease
    last = connection.execute(select(func.coalesce(func.max(table.id), 0))).scalar_one()
    releases = []
    for number, file in enumerate(files):
        sha256 = sha256_of(file.path)
        known = connection.execute(
            select(func.max(table.id)).where(
                table.source == file.format.source, table.sha256 == sha256
            )
        ).scalar_one()
        added = known is None or not file.kinds.isdisjoint(touched)
        if added:
            last += 1
        release = Release(
            id=last if added else known,
            source=file.format.source,
            file_name=file.path.name,
            version=file.version,
            sha256=sha256,
            licence=file.format.licence,
            records=file.records,
            added=added,
        )
        releases.append(release)
        for entity in s.ENTITIES:
            stage = entity.stage
            connection.execute(
                update(stage)
                .where(stage.c.file_no == number, stage.c.named)
                .values(release_id=release.id)
            )
    return releases


def record(connection: Connection, releases: Sequence[Release], now: str) -> None:
    """Insert the rows of releases that are new."""
    rows = [{**asdict(release), "imported_at": now} for release in releases if release.added]
    for row in rows:
        del row["added"]
    if rows:
        connection.execute(insert(m.SourceRelease), rows)


def older_than_catalog(connection: Connection, files: Sequence[InputFile]) -> list[str]:
    """A sentence for each file that lists things completely and is older than what is there."""
    sentences = []
    for file in files:
        if not file.format.complete or not _ISO_DATE.match(file.version):
            continue
        entity, within, _staged = places(file.format.complete[0].kind)
        newest = connection.execute(
            select(func.max(m.SourceRelease.version))
            .join(entity.main, entity.main.c.release_id == m.SourceRelease.id)
            .where(m.SourceRelease.source == file.format.source, within)
        ).scalar_one()
        if newest and _ISO_DATE.match(newest) and file.version < newest:
            sentences.append(
                f"{file.path.name} is of {file.version}, older than the {newest} in the catalog."
            )
    return sentences
