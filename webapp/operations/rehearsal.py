"""The application's part of a restore drill: make a copy of the database ready and question it.

The copy is brought to this version's schema and then opened read-only, as after a restore. What is
asked is what people would miss: the catalog, the mappings, and each approved one with its version,
author and history.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload, selectinload

from webapp import migrations
from webapp.catalog.models import KeyEvent, SourceRelease, Target
from webapp.curation.models import Mapping, MappingEvent, MappingVersion
from webapp.database import Base, Database, DatabaseError, sqlite_version
from webapp.operations.prepare import migrate
from webapp.settings import Settings
from webapp.version import VERSION

SHOWN = 10
"""So many unreadable mappings are named."""


def rehearse(copy: Path, settings: Settings) -> dict[str, Any]:
    """Migrate the file `copy` and answer the questions about it.

    Raises `DatabaseError` where it is the database in use, is missing, cannot be made ready or
    cannot be read.
    """
    if not copy.is_file():
        raise DatabaseError(f"There is no file {copy}.")
    live = settings.database_path
    if live.exists() and copy.samefile(live):
        raise DatabaseError(f"{copy} is the database in use; give a copy of it.")
    try:
        before = Database.look(copy, "SELECT version_num FROM alembic_version")
        migrate(copy)
        database = Database(copy, read_only=True)
        with database.read() as session:
            found = answers(session)
        schema = migrations.current(database.engine)
        database.close()
    except (dbapi2.Error, SQLAlchemyError) as error:
        raise DatabaseError(
            f"The copy {copy} cannot be read: {getattr(error, 'orig', error)}."
        ) from error
    return {
        "application_version": VERSION,
        "sqlite_version": sqlite_version(),
        "schema_before": before,
        "schema": schema,
        **found,
    }


def answers(session: Session) -> dict[str, Any]:
    """What the database holds, in numbers, and which approved mappings cannot be read."""
    live = (KeyEvent.retired_at.is_(None), Target.retired_at.is_(None))
    approved, unreadable = _approved(session)
    return {
        "rows": {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in sorted(Base.metadata.tables.items())
        },
        "newest_event": session.scalar(select(func.max(MappingEvent.id))) or 0,
        "newest_release": session.scalar(select(func.max(SourceRelease.id))) or 0,
        "key_events": session.scalar(select(func.count()).where(live[0])),
        "retired_key_events": session.scalar(select(func.count()).where(~live[0])),
        "targets": _counts(session, Target.resource, live[1]),
        "retired_targets": session.scalar(select(func.count()).where(~live[1])),
        "mappings": _counts(session, Mapping.state),
        "approved_read": approved,
        "approved_unreadable": unreadable[:SHOWN],
    }


def _counts(session: Session, column: Any, *where: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return {str(name): int(count) for name, count in rows}


def _approved(session: Session) -> tuple[int, list[str]]:
    """How many approved mappings were read whole, and what is wrong with the others."""
    found = session.scalars(
        select(Mapping)
        .where(Mapping.approved_version.is_not(None))
        .order_by(Mapping.id)
        .options(
            joinedload(Mapping.key_event),
            joinedload(Mapping.target),
            selectinload(Mapping.versions).joinedload(MappingVersion.author),
            selectinload(Mapping.versions).joinedload(MappingVersion.assessment),
            selectinload(Mapping.events).joinedload(MappingEvent.person),
        )
        .execution_options(yield_per=200)
    )
    good, wrong = 0, []
    for mapping in found:
        if problem := _missing(mapping):
            wrong.append(f"{mapping.uuid}: {problem}")
        else:
            good += 1
    return good, wrong


def _missing(mapping: Mapping) -> str:
    """What an approved mapping lacks, or an empty text."""
    version = next(
        (one for one in mapping.versions if one.number == mapping.approved_version), None
    )
    if version is None:
        return f"version {mapping.approved_version} is not there"
    parts = {
        "its Key Event": mapping.key_event,
        "its target": mapping.target,
        "its author": version.author,
        "the answers of its author": version.assessment and version.assessment.answers,
        "the event of its proposal": any(one.action == "propose" for one in mapping.events),
        "the event of its approval": any(
            one.action == "approve" and one.version == version.number for one in mapping.events
        ),
        "somebody in its history": all(one.person for one in mapping.events),
    }
    return ", ".join(f"{name} is not there" for name, part in parts.items() if not part)
